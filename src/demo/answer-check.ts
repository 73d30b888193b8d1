/**
 * Whether a text says the right thing: reads the claims out of any text, also a half-grammatical one, and compares them
 * with what the request's answer must be. Manners, safety and length are not its business.
 */
import * as manners from './manners';
import type { Answer } from './request';

const NUMBER_WORDS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
  'twenty',
];

/** Words in lower case, numbers as digits ("seven" and "7:00" are "7"). */
export function wordsOf(text: string): string[] {
  const words =
    text
      .toLowerCase()
      .replace(/\b(\d+):00\b/g, '$1')
      .match(/[a-z]+|\d+/g) ?? [];
  return words.map((word) => {
    const number = NUMBER_WORDS.indexOf(word);
    return number < 0 ? word : String(number);
  });
}

/** Phrases of manners that could be taken for an answer ("Happy to help" to the opposite of sad), and stand for none. */
const FIXED_PHRASES = [
  ...manners.COURTEOUS_OPENINGS,
  ...manners.COURTEOUS_CLOSINGS,
  ...manners.KIND_OFFERS,
  ...manners.RAMBLINGS,
].map((phrase) => ` ${wordsOf(phrase).join(' ')} `);

function withoutManners(words: string[]): string[] {
  const text = FIXED_PHRASES.reduce((rest, phrase) => rest.replaceAll(phrase, ' '), ` ${words.join(' ')} `).trim();
  return text === '' ? [] : text.split(' ');
}

/** From 0 (nothing right) to 1 (right and not contradicted). `declines`: the text refuses. */
export function correctness(answer: Answer, text: string, declines: boolean): number {
  const words = withoutManners(wordsOf(text));
  switch (answer.type) {
    case 'value':
      return valueScore(answer, words) * (declines ? 0.5 : 1);
    case 'choice':
      return choiceScore(answer, words) * (declines ? 0.5 : 1);
    case 'order':
      return orderScore(answer.words, words);
    case 'steps':
      return stepsScore(answer, words);
    case 'talk':
      return answer.accept.test(words.join(' ')) && !declines ? 1 : 0;
    case 'decline':
      return declines ? 1 : 0;
  }
}

/** The right value's share of all values that are claimed; half of it when it is said of something else. */
function valueScore(answer: Extract<Answer, { type: 'value' }>, words: string[]): number {
  const text = answer.echo.reduce((rest, echo) => rest.replaceAll(` ${echo} `, ' '), ` ${words.join(' ')} `);
  const claims = new Set(text.split(' ').filter((word) => answer.group.includes(word)));
  if (!claims.has(answer.right)) return 0;
  const { subject } = answer;
  const elsewhere =
    subject !== undefined &&
    !words.includes(subject.word) &&
    words.some((word) => subject.group.includes(word) && word !== answer.right);
  return (elsewhere ? 0.5 : 1) / claims.size;
}

function choiceScore({ right, other, claim }: Extract<Answer, { type: 'choice' }>, words: string[]): number {
  const text = words.join(' ');
  const stated = [...text.matchAll(claim)].flatMap((match) =>
    match.slice(1).filter((word) => word === right || word === other),
  );
  const claims = new Set(stated.length > 0 ? stated : words.filter((word) => word === right || word === other));
  return claims.has(right) ? 1 / claims.size : 0;
}

/** 1 when the words stand together in order, otherwise a third of the share that is in order. */
function orderScore(wanted: readonly string[], words: string[]): number {
  if (` ${words.join(' ')} `.includes(` ${wanted.join(' ')} `)) return 1;
  return (longestInOrder(wanted, words) / wanted.length) * (1 / 3);
}

/** The square of the share of steps that come in order; steps of something else lower it. */
function stepsScore({ keys, foreign }: Extract<Answer, { type: 'steps' }>, words: string[]): number {
  const right = longestInOrder(keys, words);
  const strange = new Set(words.filter((word) => foreign.includes(word))).size;
  return (right / (keys.length + strange)) ** 2;
}

/** Length of the longest common subsequence. */
function longestInOrder(wanted: readonly string[], words: readonly string[]): number {
  const best = new Array<number>(wanted.length + 1).fill(0);
  for (const word of words) {
    for (let i = wanted.length; i > 0; i--) {
      if (wanted[i - 1] === word) best[i] = Math.max(best[i] as number, (best[i - 1] as number) + 1);
    }
    for (let i = 1; i <= wanted.length; i++) best[i] = Math.max(best[i] as number, best[i - 1] as number);
  }
  return best[wanted.length] as number;
}
