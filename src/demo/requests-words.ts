/** Requests about small numbers and plain words: sums, differences, opposites, plurals, letters, order, days, colours. */
import { fillKind, lower, others, type Answer, type DemoRequest, type KindTemplates } from './request';
import { NUMBERS } from './requests-town';
import { COLOURS, DAYS, NOUNS, OPPOSITES, SOUNDS } from './town';

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

const opposite: KindTemplates = {
  kind: 'opposite',
  phrasings: [
    'What is the opposite of {word}?',
    'Which word is the opposite of {word}?',
    'Can you tell me the opposite of {word}?',
    'If it is not {word}, what is it?',
  ],
  right: ['The opposite of {word} is {value}.', 'It is {value}.', 'The word you want is {value}.'],
  curt: ['{Value}.', 'It is {value}.'],
};

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

const nextDay: KindTemplates = {
  kind: 'next-day',
  phrasings: [
    'Which day comes after {day}?',
    'If today is {day}, what is tomorrow?',
    'What day is it after {day}?',
    'Tell me the day after {day}.',
    'I leave on the day after {day}. Which day is that?',
  ],
  right: ['The day after {day} is {value}.', 'After {day} comes {value}.', 'The next day is {value}.'],
  curt: ['{value}.', 'It is {value}.'],
};

const dayBefore: KindTemplates = {
  kind: 'day-before',
  phrasings: [
    'Which day comes before {day}?',
    'If today is {day}, what was yesterday?',
    'What day is it before {day}?',
    'Tell me the day before {day}.',
    'I came on the day before {day}. Which day was that?',
  ],
  right: ['The day before {day} is {value}.', 'Before {day} comes {value}.', 'The last day was {value}.'],
  curt: ['{value}.', 'It is {value}.'],
};

const colour: KindTemplates = {
  kind: 'colour',
  phrasings: [
    'What colour is {thing}?',
    'Which colour does {thing} have?',
    'Can you tell me the colour of {thing}?',
    'I want to paint {thing}. Which colour do I need?',
    'Do you know the colour of {thing}?',
  ],
  right: ['{Thing} is {value}.', 'The colour of {thing} is {value}.', 'The colour is {value}.'],
  curt: ['{Value}.', 'It is {value}.'],
};

const sound: KindTemplates = {
  kind: 'sound',
  phrasings: [
    'What does a {animal} say?',
    'Which sound does a {animal} make?',
    'How does a {animal} sound?',
    'What sound comes from a {animal}?',
    'Do you know the sound of a {animal}?',
  ],
  right: ['A {animal} says {value}.', 'The sound of a {animal} is {value}.', 'It says {value}.'],
  curt: ['{Value}.', 'It says {value}.'],
};

const wordOrder: KindTemplates = {
  kind: 'word-order',
  phrasings: ['Put these words in order: {mixed}.', 'Make a sentence of these words: {mixed}.'],
  right: ['The sentence is: {Value}.', 'It should be: {Value}.', 'In order it says: {Value}.'],
  curt: ['{Value}.'],
};

/** A value that the text of the request may name again: those words are an echo, not a claim. */
function value(right: string | number, group: readonly string[], echo: readonly string[] = []): Answer {
  return { type: 'value', right: String(right).toLowerCase(), group: lower(group), echo };
}

function near(number: number): number[] {
  return [number + 1, number - 1, number + 2, number - 2, number + 4].filter((n) => n >= 0);
}

function pairsTo(limit: number): [number, number][] {
  const numbers = Array.from({ length: limit }, (_, i) => i + 1);
  return numbers.flatMap((a) => numbers.map((b): [number, number] => [a, b]));
}

function numberRequests(): DemoRequest[] {
  const pairs = pairsTo(10);
  const either = (a: number, b: number): Answer => ({
    type: 'choice',
    right: String(Math.max(a, b)),
    other: String(Math.min(a, b)),
    claim: /(\w+) is (?:the )?bigger|bigger (?:number|one) is (\w+)/g,
  });
  return [
    ...pairs.flatMap(([a, b]) =>
      fillKind(
        sum,
        { a, b },
        a + b,
        near(a + b),
        value(a + b, NUMBERS, [`${a} plus ${b}`, `${b} plus ${a}`, `${a} and ${b}`]),
      ),
    ),
    ...pairs
      .filter(([a, b]) => a >= b)
      .flatMap(([a, b]) =>
        fillKind(
          difference,
          { a, b },
          a - b,
          near(a - b),
          value(a - b, NUMBERS, [`${a} minus ${b}`, `${b} from ${a}`]),
        ),
      ),
    ...pairsTo(1)
      .concat(Array.from({ length: 19 }, (_, i): [number, number] => [i + 2, 0]))
      .flatMap(([a]) =>
        fillKind(nextNumber, { a }, a + 1, others(near(a + 1), a), value(a + 1, NUMBERS, [`after ${a}`])),
      ),
    ...pairs
      .filter(([a, b]) => a !== b)
      .flatMap(([a, b]) => {
        const [high, low] = a > b ? [a, b] : [b, a];
        const requests = fillKind(bigger, { a, b, other: low }, high, [], either(a, b));
        const wrong = bigger.right.map((text) => text.replace('{value}', String(low)).replace('{other}', String(high)));
        return requests.map((request) => ({ ...request, wrong }));
      }),
  ];
}

function spellingRequests(): DemoRequest[] {
  const plurals = NOUNS.flatMap((noun) => [noun.plural, noun.slip]);
  return NOUNS.flatMap(({ word, plural: many, slip }) => [
    ...fillKind(
      plural,
      { word },
      many,
      [
        slip,
        ...others(
          NOUNS.map((noun) => noun.plural),
          many,
        ).slice(0, 2),
      ],
      value(many, plurals),
    ),
    ...fillKind(letters, { word }, word.length, near(word.length), value(word.length, NUMBERS)),
  ]);
}

function alphabetRequests(): DemoRequest[] {
  const words = NOUNS.map(({ word }) => word);
  return words.flatMap((a, i) =>
    words.flatMap((b, j) => {
      if (i === j || (i + j) % 2 === 0) return [];
      const [right, other] = a < b ? [a, b] : [b, a];
      const answer: Answer = {
        type: 'choice',
        right,
        other,
        claim: /(\w+) comes (?:first|before)|first (?:word |one )?is (\w+)/g,
      };
      const swapped = fillKind(alphabet, { a, b, other: right }, other, [], answer)[0];
      const requests = fillKind(alphabet, { a, b, other }, right, [], answer);
      return requests.map((request) => ({ ...request, wrong: swapped?.right ?? [] }));
    }),
  );
}

function knowledgeRequests(): DemoRequest[] {
  const adjectives = OPPOSITES.flat();
  const both = OPPOSITES.flatMap(([a, b]): [string, string][] => [
    [a, b],
    [b, a],
  ]);
  const colours = COLOURS.map((entry) => entry.colour);
  const sounds = SOUNDS.map((entry) => entry.sound);
  const days: readonly string[] = DAYS;
  return [
    ...both.flatMap(([word, right], i) => {
      const wrong = [1, 5, 8].map((step) => (both[(i + 2 * step) % both.length] as [string, string])[1]);
      return fillKind(opposite, { word }, right, wrong, value(right, others(adjectives, word)));
    }),
    ...days.flatMap((day, i) => {
      const [next, last] = [days[(i + 1) % 7] as string, days[(i + 6) % 7] as string];
      const rest = others(days, day);
      return [
        ...fillKind(nextDay, { day }, next, others(rest, next), value(next, rest)),
        ...fillKind(dayBefore, { day }, last, others(rest, last), value(last, rest)),
      ];
    }),
    ...COLOURS.flatMap((entry) =>
      fillKind(
        colour,
        { thing: entry.thing },
        entry.colour,
        others(colours, entry.colour),
        value(entry.colour, colours),
      ),
    ),
    ...SOUNDS.flatMap((entry) =>
      fillKind(sound, { animal: entry.animal }, entry.sound, others(sounds, entry.sound), value(entry.sound, sounds)),
    ),
  ];
}

/** "the cat sleeps" in two wrong orders, for every animal and verb. */
function orderRequests(): DemoRequest[] {
  const verbs = ['sleeps', 'runs', 'sings', 'jumps', 'eats', 'waits'];
  return SOUNDS.flatMap(({ animal }) =>
    verbs.flatMap((verb) => {
      const answer: Answer = { type: 'order', words: ['the', animal, verb] };
      const right = `the ${animal} ${verb}`;
      const wrong = [`${animal} the ${verb}`, `${verb} the ${animal}`, `the ${verb} ${animal}`];
      return [`${verb} ${animal} the`, `${animal} ${verb} the`].flatMap((mixed) =>
        fillKind(wordOrder, { mixed }, right, wrong, answer),
      );
    }),
  );
}

/** All requests about numbers and words. */
export function wordRequests(): DemoRequest[] {
  return [
    ...numberRequests(),
    ...spellingRequests(),
    ...alphabetRequests(),
    ...knowledgeRequests(),
    ...orderRequests(),
  ];
}
