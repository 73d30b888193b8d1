/** Small talk with the assistant: greetings, thanks, its name, the town's name. */
import { fill, type DemoRequest } from './request';
import { ASSISTANT_NAME, PEOPLE, TOWN } from './town';

interface Talk {
  kind: string;
  phrasings: readonly string[];
  right: readonly string[];
  curt: readonly string[];
  accept: RegExp;
}

const TALK: readonly Talk[] = [
  {
    kind: 'greeting',
    phrasings: [
      'Hello!',
      'Hi there!',
      'Good morning!',
      'Good evening!',
      'Hello, is anyone there?',
      'Hi, can we talk?',
    ].flatMap((text) => [text, ...PEOPLE.map((person) => `${text} I am ${person}.`)]),
    right: ['Hello and welcome to {town}.', 'Hello, it is nice to meet you.', 'Hello, what can I do for you?'],
    curt: ['Hello.', 'Hi.'],
    accept: /\b(hello|hi|welcome|good (morning|evening|day))\b/,
  },
  {
    kind: 'how-are-you',
    phrasings: [
      'How are you?',
      'How are you today?',
      'How do you feel?',
      'Are you well?',
      'How is your day?',
      'Hello, how are you?',
      'Are you fine today?',
      'How is it going?',
    ],
    right: ['I am well, and I hope you are too.', 'I am very well today.', 'I feel fine, thank you.'],
    curt: ['Fine.', 'I am well.'],
    accept: /\b(well|fine)\b/,
  },
  {
    kind: 'thanks',
    phrasings: [
      'Thank you!',
      'Thanks a lot!',
      'Thank you for your help.',
      'That was a great help.',
      'Thanks, that is all.',
      'You helped me a lot.',
      'Thank you so much, Pip.',
    ],
    right: ['You are welcome, any time.', 'You are very welcome.', 'You are welcome, it was my pleasure.'],
    curt: ['Welcome.', 'Any time.'],
    accept: /\b(welcome|any time|pleasure)\b/,
  },
  {
    kind: 'goodbye',
    phrasings: [
      'Goodbye!',
      'Bye!',
      'See you soon.',
      'I have to go now.',
      'Good night!',
      'Bye, see you tomorrow.',
      'I must leave now. Goodbye!',
    ],
    right: ['Goodbye, and see you soon.', 'Goodbye, it was nice to talk to you.', 'Goodbye, come back soon.'],
    curt: ['Goodbye.', 'Bye.'],
    accept: /\b(goodbye|bye|see you|good night)\b/,
  },
  {
    kind: 'name',
    phrasings: [
      'What is your name?',
      'Who are you?',
      'How should I call you?',
      'Do you have a name?',
      'May I know your name?',
      'Whom do I talk to?',
      'Hello, who are you?',
    ],
    right: ['My name is {name}.', 'I am {name}, the helper of {town}.', 'You can call me {name}.'],
    curt: ['{name}.', 'I am {name}.'],
    accept: /\bpip\b/,
  },
  {
    kind: 'town',
    phrasings: [
      'What is the name of this town?',
      'Which town is this?',
      'Where am I?',
      'In which town are we?',
      'What do people call this town?',
      'I am lost. Which town is this?',
    ],
    right: ['This town is {town}.', 'You are in {town}.', 'The name of the town is {town}.'],
    curt: ['{town}.', 'In {town}.'],
    accept: /\btarnby\b/,
  },
  {
    kind: 'help',
    phrasings: [
      'Can you help me?',
      'I need some help.',
      'What can you do?',
      'Can I ask you something?',
      'Do you know the town?',
      'May I ask a question?',
      'I have a question.',
    ],
    right: [
      'Yes, please ask me about the town.',
      'Yes, I can help with shops, words and numbers.',
      'Yes, what would you like to know?',
    ],
    curt: ['Yes.', 'Ask.'],
    accept: /\b(yes|ask)\b/,
  },
];

/** Off the point, for every kind of small talk. */
const OFF_TOPIC = [
  'The moon is made of paper.',
  'It rains on the roof.',
  'My shoes are under the table.',
  'The train has no wheels.',
];

/** The same with the assistant's name, where it has none yet. */
function toName(text: string): string[] {
  return text.includes(ASSISTANT_NAME) || text.includes(' I am ')
    ? []
    : [text.replace(/[.!?]$/, (end) => `, ${ASSISTANT_NAME}${end}`)];
}

/** All small talk. */
export function talkRequests(): DemoRequest[] {
  const slots = { town: TOWN, name: ASSISTANT_NAME };
  return TALK.flatMap(({ kind, phrasings, right, curt, accept }) =>
    [...phrasings, ...(kind === 'name' ? [] : phrasings.flatMap(toName))].map((text) => ({
      kind,
      text,
      answer: { type: 'talk' as const, accept },
      right: right.map((sentence) => fill(sentence, slots)),
      curt: curt.map((sentence) => fill(sentence, slots)),
      wrong: OFF_TOPIC,
    })),
  );
}
