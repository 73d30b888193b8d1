/**
 * Reads any text, also a half-grammatical one, into words and into what it states: without questions, without what is
 * negated, without phrases of manners. Knows nothing of right and wrong.
 */
import * as manners from './manners';

const NUMBER_WORDS = [
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'],
  ...['thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen', 'twenty'],
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

/** True when the words hold the phrase, as whole words. Both are words with single spaces between them. */
export function holds(words: string, phrase: string): boolean {
  return ` ${words} `.includes(` ${phrase} `);
}

/** The words without every phrase of the list; what stood before and behind a phrase does not become a new one. */
export function without(words: readonly string[], phrases: readonly string[]): string[] {
  // Two spaces between words, so that of phrases next to each other each has its own.
  const cut = phrases.reduce(
    (text, phrase) => text.replaceAll(` ${phrase.replaceAll(' ', '  ')} `, ' | '),
    ` ${words.join('  ')} `,
  );
  return cut.split(' ').filter((word) => word !== '' && word !== '|');
}

/** Phrases that could be taken for an answer ("Happy to help" to the opposite of sad), and stand for none. */
const MANNERS = [
  ...manners.COURTEOUS_OPENINGS,
  ...manners.COURTEOUS_CLOSINGS,
  ...manners.KIND_OFFERS,
  ...manners.RAMBLINGS,
].map((phrase) => wordsOf(phrase).join(' '));

/** Each sentence's words as far as it states something; sentences that state nothing are left out. */
export function statementsOf(text: string): string[][] {
  const sentences = text.match(/[^.!?;\n]+[.!?;\n]*/g) ?? [];
  const stated = sentences.filter((sentence) => !sentence.includes('?')).map((sentence) => affirmed(wordsOf(sentence)));
  return stated.map((words) => without(words, MANNERS)).filter((words) => words.length > 0);
}

/** Without what follows "not" or "never", up to a "but". */
function affirmed(words: readonly string[]): string[] {
  let negated = false;
  return words.filter((word, i) => {
    if (word === 'not' || word === 'never' || (word === 't' && (words[i - 1] ?? '').endsWith('n'))) negated = true;
    if (word === 'but') negated = false;
    return !negated;
  });
}

/** The share of pairs of neighbouring words that are new; 1 for up to a third repeated, as in good text that lists things. */
export function freshness(words: readonly string[]): number {
  const pairs = words.slice(1).map((word, i) => `${words[i]} ${word}`);
  if (pairs.length === 0) return 1;
  const share = new Set(pairs).size / pairs.length;
  return share > 0.65 ? 1 : share;
}
