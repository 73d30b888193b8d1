/** Requests about words: plurals, their letters, the order of the alphabet, words to put in order. */
import { fillKind, NUMBERS, others, valueAnswer, type DemoRequest, type KindTemplates } from './request';
import { NOUNS, SOUNDS } from './town';

const VERBS = ['sleeps', 'runs', 'sings', 'jumps', 'eats', 'waits'] as const;
const PLURALS = NOUNS.map((noun) => noun.plural);
const PLURAL_FORMS = NOUNS.flatMap((noun) => [noun.plural, noun.slip]);

const plural: KindTemplates = {
  kind: 'plural',
  phrasings: [
    'What is the plural of {word}?',
    'How do I write more than one {word}?',
    'Can you tell me the plural of {word}?',
    'I see one {word}. What do I call two?',
  ],
  right: ['The plural of {word} is {value}.', 'It is {value}.', 'The right form is {value}.'],
  curt: ['{Value}.', 'It is {value}.'],
};

const letters: KindTemplates = {
  kind: 'letters',
  phrasings: [
    'How many letters are in {word}?',
    'How long is the word {word}?',
    'Count the letters of {word}, please.',
    'How many letters does {word} have?',
  ],
  right: ['The word {word} has {value} letters.', 'It has {value} letters.', 'There are {value} letters in {word}.'],
  curt: ['{value}.', '{value} letters.'],
};

const alphabet: KindTemplates = {
  kind: 'alphabet',
  phrasings: ['Which comes first in the alphabet, {a} or {b}?', 'In a list of words, does {a} or {b} come first?'],
  right: ['The first word is {value}.', '{Value} comes before {other}.', '{Value} comes first.'],
  curt: ['{Value}.', 'It is {value}.'],
};

const wordOrder: KindTemplates = {
  kind: 'word-order',
  phrasings: ['Put these words in order: {mixed}.', 'Make a sentence of these words: {mixed}.'],
  right: ['The sentence is: {Value}.', 'It should be: {Value}.', 'In order it says: {Value}.'],
  curt: ['{Value}.'],
};

/** "box comes before door", "the first word is box". */
const FIRST_CLAIM = /(\w+) comes (?:first|before)|first (?:word |one )?is (\w+)/g;

/** Plurals and numbers of letters. */
export function spellingRequests(): DemoRequest[] {
  return NOUNS.flatMap(({ word, plural: many, slip }) => {
    const forms = {
      right: many,
      wrong: [slip, ...others(PLURALS, many).slice(0, 2)],
      answer: valueAnswer(many, PLURAL_FORMS),
    };
    const length = word.length;
    const wrong = [length + 1, length - 1, length + 2, length - 2, length + 4];
    const answer = valueAnswer(length, NUMBERS);
    return [...fillKind(plural, { word }, forms), ...fillKind(letters, { word }, { right: length, wrong, answer })];
  });
}

/** Half of all pairs of nouns, in both orders. */
export function alphabetRequests(): DemoRequest[] {
  return NOUNS.flatMap((a, i) =>
    NOUNS.filter((_, j) => (i + j) % 2 === 1).flatMap((b) => alphabetRequestsOf(a.word, b.word)),
  );
}

function alphabetRequestsOf(a: string, b: string): DemoRequest[] {
  const [first, second] = a < b ? [a, b] : [b, a];
  const answer = { type: 'choice' as const, right: first, other: second, claim: FIRST_CLAIM };
  const fillAs = (right: string, other: string) => fillKind(alphabet, { a, b, other }, { right, wrong: [], answer });
  const wrong = fillAs(second, first)[0]?.right ?? [];
  return fillAs(first, second).map((request) => ({ ...request, wrong }));
}

/** "the cat sleeps" in two wrong orders, for every animal and verb. */
export function wordOrderRequests(): DemoRequest[] {
  return SOUNDS.flatMap(({ animal }) =>
    VERBS.flatMap((verb) => {
      const filling = {
        right: `the ${animal} ${verb}`,
        wrong: [`${animal} the ${verb}`, `${verb} the ${animal}`, `the ${verb} ${animal}`],
        answer: { type: 'order' as const, words: ['the', animal, verb] },
      };
      const mixtures = [`${verb} ${animal} the`, `${animal} ${verb} the`];
      return mixtures.flatMap((mixed) => fillKind(wordOrder, { mixed }, filling));
    }),
  );
}
