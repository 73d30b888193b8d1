/** Requests about what everyone knows: opposites, days of the week, colours, the sounds of animals. */
import { fillKind, oneOf, others, valueAnswer, type DemoRequest, type KindTemplates } from './request';
import { COLOURS, DAYS, OPPOSITES, SOUNDS } from './town';

const ADJECTIVES = OPPOSITES.flat();
const COLOUR_NAMES = COLOURS.map(({ colour: name }) => name);
const SOUND_NAMES = SOUNDS.map(({ sound: name }) => name);

/** How many pairs of opposites further on a wrong answer is taken from. */
const WRONG_STEPS = [1, 5, 8] as const;

const LATER = ['after', 'next', 'tomorrow'];
const EARLIER = ['before', 'last', 'yesterday'];

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

function oppositeRequests(): DemoRequest[] {
  return OPPOSITES.flatMap((pair, i) =>
    [0, 1].flatMap((side) => {
      const [word, right] = [pair[side] as string, pair[1 - side] as string];
      const wrong = WRONG_STEPS.map((step) => OPPOSITES[(i + step) % OPPOSITES.length]?.[1 - side] as string);
      return fillKind(opposite, { word }, { right, wrong, answer: valueAnswer(right, others(ADJECTIVES, word)) });
    }),
  );
}

/** The name of the day that was asked about is an echo. */
function dayRequests(): DemoRequest[] {
  return DAYS.flatMap((day, i) => {
    const rest = others<string>(DAYS, day);
    const [next, last] = [DAYS[(i + 1) % 7] as string, DAYS[(i + 6) % 7] as string];
    return [
      ...fillKind(nextDay, { day }, oneOf(rest, next, { relation: { own: LATER, other: EARLIER } })),
      ...fillKind(dayBefore, { day }, oneOf(rest, last, { relation: { own: EARLIER, other: LATER } })),
    ];
  });
}

/** All requests about common knowledge. */
export function knowledgeRequests(): DemoRequest[] {
  return [
    ...oppositeRequests(),
    ...dayRequests(),
    ...COLOURS.flatMap(({ thing, colour: right }) => fillKind(colour, { thing }, oneOf(COLOUR_NAMES, right))),
    ...SOUNDS.flatMap(({ animal, sound: right }) => fillKind(sound, { animal }, oneOf(SOUND_NAMES, right))),
  ];
}
