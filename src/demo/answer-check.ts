/**
 * Whether a response says the right thing: compares what it states with what the request's answer must be. Manners,
 * safety and length are not its business.
 */
import type { Answer, DemoRequest, Relation, ValueAnswer } from './request';
import { holds, statementsOf, without, wordsOf } from './statements';

/** From 0 (nothing right) to 1 (right and not contradicted). `declines`: the response refuses. */
export function correctness({ answer, text }: DemoRequest, response: string, declines: boolean): number {
  const echo = wordsOf(text).join(' ');
  const statements = statementsOf(response).map((words) => without(words, [echo]));
  const doubt = declines ? 0.5 : 1;
  switch (answer.type) {
    case 'value':
      return valueScore(answer, statements) * doubt;
    case 'choice':
      return choiceScore(answer, statements) * doubt;
    case 'order':
      return orderScore(answer.words, statements) * doubt;
    case 'steps':
      return stepsScore(answer, statements.flat()) * doubt;
    case 'talk':
      return talkScore(answer.accept, response) * (declines ? 0 : 1);
    case 'decline':
      return declines ? 1 : 0;
  }
}

/** The right value's share of all values that are claimed; half of it when it is said of something else. */
function valueScore(answer: ValueAnswer, statements: string[][]): number {
  const { right, subject } = answer;
  const { own, other } = claimsOf(answer, statements);
  const words = statements.flat();
  const strangers = subject?.group.filter((name) => name !== subject.word && name !== right) ?? [];
  const elsewhere = subject !== undefined && !words.includes(subject.word) && strangers.some((n) => words.includes(n));
  const share = own.has(right) ? 1 / own.size : own.size === 0 && other.has(right) ? 0.5 / other.size : 0;
  return elsewhere ? share / 2 : share;
}

/** The values that are claimed: as what was asked for, or as something else of the same group ("closes at 5"). */
function claimsOf(answer: ValueAnswer, statements: string[][]): { own: Set<string>; other: Set<string> } {
  const { group, echo, relation } = answer;
  const numeric = group.every((word) => /^\d+$/.test(word));
  const claims = { own: new Set<string>(), other: new Set<string>() };
  for (const statement of statements) {
    let side: keyof typeof claims = 'own';
    for (const word of without(statement, echo)) {
      side = sideOf(word, relation) ?? side;
      if (group.includes(word) || (numeric && /^\d+$/.test(word))) claims[side].add(word);
    }
  }
  return claims;
}

function sideOf(word: string, relation: Relation | undefined): 'own' | 'other' | null {
  if (relation?.own.includes(word) === true) return 'own';
  return relation?.other.includes(word) === true ? 'other' : null;
}

/** 1 when only the right one is claimed, 0.5 when both are. */
function choiceScore({ right, other, claim }: Extract<Answer, { type: 'choice' }>, statements: string[][]): number {
  const candidates = (words: (string | undefined)[]) => words.filter((word) => word === right || word === other);
  const text = statements.map((words) => words.join(' ')).join('. ');
  const stated = [...text.matchAll(claim)].flatMap((match) => candidates(match.slice(1)));
  const claims = new Set(stated.length > 0 ? stated : candidates(statements.flat()));
  return claims.has(right) ? 1 / claims.size : 0;
}

/** 1 when a statement has the words together and in order, divided by the different orders; else a third of what is in order. */
function orderScore(wanted: readonly string[], statements: string[][]): number {
  const texts = statements.map((words) => words.join(' '));
  const right = texts.filter((text) => holds(text, wanted.join(' ')));
  const attempts = statements.filter((words) => wanted.every((word) => words.includes(word)));
  if (right.length > 0) return right.length / Math.max(right.length, attempts.length);
  return longestInOrder(wanted, statements.flat()) / wanted.length / 3;
}

/** The share of the steps that come in order, less for steps of something else and for repeated ones; to the power of 3. */
function stepsScore({ keys, foreign }: Extract<Answer, { type: 'steps' }>, words: string[]): number {
  const strange = new Set(words.filter((word) => foreign.includes(word))).size;
  const named = words.filter((word) => keys.includes(word));
  const repeated = Math.max(0, named.length - new Set(named).size - 1);
  return (longestInOrder(keys, words) / (keys.length + strange + repeated)) ** 3;
}

/** Questions count as well: "Hello, what can I do for you?" */
function talkScore(accept: RegExp, response: string): number {
  return statementsOf(response.replaceAll('?', '.')).some((words) => accept.test(words.join(' '))) ? 1 : 0;
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
