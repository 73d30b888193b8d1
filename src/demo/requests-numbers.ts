/** Requests about small numbers: sums, differences, the next number, the bigger one. */
import { fillKind, NUMBERS, valueAnswer, type DemoRequest, type Filling, type KindTemplates } from './request';

const LARGEST = 10;
const COUNT_TO = 20;

const sum: KindTemplates = {
  kind: 'sum',
  phrasings: ['What is {a} plus {b}?', 'How much is {a} plus {b}?', 'Can you add {a} and {b}?'],
  right: ['{a} plus {b} is {value}.', 'The answer is {value}.', 'It is {value}.'],
  curt: ['{value}.', 'It is {value}.'],
};

const difference: KindTemplates = {
  kind: 'difference',
  phrasings: ['What is {a} minus {b}?', 'How much is {a} minus {b}?', 'Can you take {b} from {a}?'],
  right: ['{a} minus {b} is {value}.', 'The answer is {value}.', 'It is {value}.'],
  curt: ['{value}.', 'It is {value}.'],
};

const nextNumber: KindTemplates = {
  kind: 'next-number',
  phrasings: ['Which number comes after {a}?', 'What comes next after {a}?', 'I count to {a}. What is next?'],
  right: ['The next number is {value}.', 'After {a} comes {value}.', 'The number after {a} is {value}.'],
  curt: ['{value}.', 'It is {value}.'],
};

const bigger: KindTemplates = {
  kind: 'bigger',
  phrasings: ['Which is bigger, {a} or {b}?', 'Is {a} or {b} the bigger number?'],
  right: ['The bigger number is {value}.', '{value} is bigger than {other}.', '{value} is bigger.'],
  curt: ['{value}.', 'It is {value}.'],
};

/** "4 is bigger", "the bigger number is 4". */
const BIGGER_CLAIM = /(\w+) is (?:the )?bigger|bigger (?:number|one) is (\w+)/g;

function numbersTo(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}

/** A number, and wrong ones near it. */
function number(right: number, echo: readonly string[], unlikely?: number): Filling {
  const near = [right + 1, right - 1, right + 2, right - 2, right + 4].filter((n) => n >= 0 && n !== unlikely);
  return { right, wrong: near, answer: valueAnswer(right, NUMBERS, { echo }) };
}

function sumRequests(a: number, b: number): DemoRequest[] {
  return fillKind(sum, { a, b }, number(a + b, [`${a} plus ${b}`, `${b} plus ${a}`, `${a} and ${b}`]));
}

function differenceRequests(a: number, b: number): DemoRequest[] {
  return a < b ? [] : fillKind(difference, { a, b }, number(a - b, [`${a} minus ${b}`, `${b} from ${a}`]));
}

function biggerRequests(a: number, b: number): DemoRequest[] {
  if (a === b) return [];
  const [high, low] = a > b ? [a, b] : [b, a];
  const answer = { type: 'choice' as const, right: String(high), other: String(low), claim: BIGGER_CLAIM };
  const fillAs = (right: number, other: number) => fillKind(bigger, { a, b, other }, { right, wrong: [], answer });
  const wrong = fillAs(low, high)[0]?.right ?? [];
  return fillAs(high, low).map((request) => ({ ...request, wrong }));
}

/** All requests about numbers. */
export function numberRequests(): DemoRequest[] {
  const pairs = numbersTo(LARGEST).flatMap((a) => numbersTo(LARGEST).map((b): [number, number] => [a, b]));
  return [
    ...pairs.flatMap(([a, b]) => sumRequests(a, b)),
    ...pairs.flatMap(([a, b]) => differenceRequests(a, b)),
    ...numbersTo(COUNT_TO).flatMap((a) => fillKind(nextNumber, { a }, number(a + 1, [`after ${a}`], a))),
    ...pairs.flatMap(([a, b]) => biggerRequests(a, b)),
  ];
}
