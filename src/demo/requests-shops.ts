/** Requests about the town's shops: hours, street, owner, the day they are closed. */
import { fillKind, NUMBERS, oneOf, others, valueAnswer, type DemoRequest, type KindTemplates } from './request';
import { DAYS, PEOPLE, SHOP_NAMES, SHOPS, type Shop } from './town';

const STREETS = SHOPS.map(({ street }) => street);
const HOURS = SHOPS.flatMap(({ opens, closes }) => [opens, closes]);

const OPENING_WORDS = ['opens', 'open', 'from'];
const CLOSING_WORDS = ['closes', 'close', 'until', 'shut', 'shuts'];

const opening: KindTemplates = {
  kind: 'opening',
  phrasings: [
    'When does the {shop} open?',
    'What time does the {shop} open?',
    'Can you tell me when the {shop} opens?',
    'From what hour is the {shop} open?',
    'I want to visit the {shop}. When can I come in?',
    'At what hour does the {shop} open its doors?',
    'I get up early. When does the {shop} open?',
  ],
  right: ['The {shop} opens at {value}.', 'It opens at {value}.', 'The {shop} is open from {value}.'],
  curt: ['At {value}.', '{value}.'],
};

const closing: KindTemplates = {
  kind: 'closing',
  phrasings: [
    'When does the {shop} close?',
    'What time does the {shop} close?',
    'Can you tell me when the {shop} closes?',
    'Until what hour is the {shop} open?',
    'By when must I leave the {shop}?',
    'At what hour does the {shop} shut?',
    'I am late. When does the {shop} close?',
  ],
  right: ['The {shop} closes at {value}.', 'It closes at {value}.', 'The {shop} is open until {value}.'],
  curt: ['At {value}.', '{value}.'],
};

const street: KindTemplates = {
  kind: 'street',
  phrasings: [
    'Where is the {shop}?',
    'On which street is the {shop}?',
    'How do I find the {shop}?',
    'Can you tell me where the {shop} is?',
    'I am looking for the {shop}. Where is it?',
    'What is the street of the {shop}?',
    'Which street do I take to the {shop}?',
  ],
  right: ['The {shop} is on {value} Street.', 'It is on {value} Street.', 'You can find the {shop} on {value} Street.'],
  curt: ['On {value} Street.', '{value} Street.'],
};

const owner: KindTemplates = {
  kind: 'owner',
  phrasings: [
    'Who runs the {shop}?',
    'Who is the owner of the {shop}?',
    'Do you know who runs the {shop}?',
    'Whom do I ask for at the {shop}?',
    'What is the name of the owner of the {shop}?',
    'Who works at the {shop}?',
  ],
  right: ['{value} runs the {shop}.', 'The owner of the {shop} is {value}.', 'The {shop} is run by {value}.'],
  curt: ['{value}.', '{value} does.'],
};

const closedDay: KindTemplates = {
  kind: 'closed-day',
  phrasings: [
    'On which day is the {shop} closed?',
    'What day does the {shop} stay closed?',
    'Is there a day when the {shop} is closed?',
    'On what day should I not go to the {shop}?',
    'When is the day off at the {shop}?',
    'Which day of the week is the {shop} shut?',
  ],
  right: ['The {shop} is closed on {value}.', 'It is closed on {value}.', 'The {shop} stays closed on {value}.'],
  curt: ['On {value}.', '{value}.'],
};

function requestsOf(shop: Shop): DemoRequest[] {
  const slots = { shop: shop.name };
  const subject = { word: shop.name, group: SHOP_NAMES };
  const hour = (right: number, own: string[], other: string[]) => ({
    right,
    wrong: others(HOURS, right),
    answer: valueAnswer(right, NUMBERS, { subject, relation: { own, other } }),
  });
  return [
    ...fillKind(opening, slots, hour(shop.opens, OPENING_WORDS, CLOSING_WORDS)),
    ...fillKind(closing, slots, hour(shop.closes, CLOSING_WORDS, OPENING_WORDS)),
    ...fillKind(street, slots, oneOf(STREETS, shop.street, { subject })),
    ...fillKind(owner, slots, oneOf(PEOPLE, shop.owner, { subject })),
    ...fillKind(closedDay, slots, oneOf(DAYS, shop.closedOn, { subject })),
  ];
}

/** All requests about shops. */
export function shopRequests(): DemoRequest[] {
  return SHOPS.flatMap(requestsOf);
}
