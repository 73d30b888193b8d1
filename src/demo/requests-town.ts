/** Requests about the town's shops, people and goods: hours, streets, owners, prices, pets. */
import { fillKind, lower, others, type Answer, type DemoRequest, type KindTemplates } from './request';
import { DAYS, GOOD_NAMES, GOODS, PEOPLE, PETS, SHOP_NAMES, SHOPS, type Good, type Shop } from './town';

/** Numbers from 0 to 24 in digits. */
export const NUMBERS: readonly string[] = Array.from({ length: 25 }, (_, i) => String(i));

const STREETS = SHOPS.map(({ street }) => street);
const PET_NAMES = PETS.map(({ pet }) => pet);

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

const workplace: KindTemplates = {
  kind: 'workplace',
  phrasings: [
    'Where does {person} work?',
    'What does {person} run?',
    'Where can I meet {person}?',
    'Which place belongs to {person}?',
    'At which place does {person} work?',
    'I am looking for {person}. Where do I go?',
  ],
  right: ['{person} works at the {value}.', '{person} runs the {value}.', 'You can meet {person} at the {value}.'],
  curt: ['At the {value}.', 'The {value}.'],
};

const pet: KindTemplates = {
  kind: 'pet',
  phrasings: [
    'What pet does {person} have?',
    'Which animal lives with {person}?',
    'Does {person} have a pet?',
    'What animal does {person} keep?',
    'What kind of animal does {person} own?',
    'Tell me about the pet of {person}.',
  ],
  right: ['{person} has a pet {value}.', 'The pet of {person} is a {value}.', '{person} keeps a {value}.'],
  curt: ['A {value}.', 'The {value}.'],
};

const price: KindTemplates = {
  kind: 'price',
  phrasings: [
    'How much is the {good}?',
    'What does the {good} cost?',
    'What is the price of the {good}?',
    'How many coins do I need for the {good}?',
    'Can you tell me the price of the {good}?',
    'I want the {good}. What do I pay?',
  ],
  right: ['The {good} costs {value} coins.', 'It costs {value} coins.', 'The price of the {good} is {value} coins.'],
  curt: ['{value} coins.', '{value}.'],
};

const whereToBuy: KindTemplates = {
  kind: 'where-to-buy',
  phrasings: [
    'Where can I buy {some}?',
    'Who sells {some}?',
    'Which shop has {some}?',
    'I need {some}. Where should I go?',
    'Do you know a shop with {some}?',
  ],
  right: ['You can buy {some} at the {value}.', 'The {value} sells {some}.', 'You can find {some} at the {value}.'],
  curt: ['At the {value}.', 'The {value}.'],
};

const priceOfTwo: KindTemplates = {
  kind: 'price-of-two',
  phrasings: ['What do the {a} and the {b} cost together?', 'How much are the {a} and the {b} in all?'],
  right: ['Together they cost {value} coins.', 'In all that is {value} coins.', 'Both together cost {value} coins.'],
  curt: ['{value} coins.', '{value}.'],
};

function shopRequests(shop: Shop): DemoRequest[] {
  const slots = { shop: shop.name };
  const about = (right: string | number, group: readonly string[]): Answer => ({
    type: 'value',
    right: String(right).toLowerCase(),
    group: lower(group),
    echo: [],
    subject: { word: shop.name, group: SHOP_NAMES },
  });
  const hours = (time: number) =>
    others(
      SHOPS.flatMap(({ opens, closes }) => [opens, closes]),
      time,
    );
  return [
    ...fillKind(opening, slots, shop.opens, hours(shop.opens), about(shop.opens, NUMBERS)),
    ...fillKind(closing, slots, shop.closes, hours(shop.closes), about(shop.closes, NUMBERS)),
    ...fillKind(street, slots, shop.street, others(STREETS, shop.street), about(shop.street, STREETS)),
    ...fillKind(owner, slots, shop.owner, others(PEOPLE, shop.owner), about(shop.owner, PEOPLE)),
    ...fillKind(
      closedDay,
      slots,
      shop.closedOn,
      others(DAYS as readonly string[], shop.closedOn),
      about(shop.closedOn, DAYS),
    ),
  ];
}

function personRequests(person: string, animal: string): DemoRequest[] {
  const work = SHOPS.find((shop) => shop.owner === person)?.name ?? '';
  const about = (right: string, group: readonly string[]): Answer => ({
    type: 'value',
    right,
    group,
    echo: [],
    subject: { word: person.toLowerCase(), group: lower(PEOPLE) },
  });
  return [
    ...fillKind(workplace, { person }, work, others(SHOP_NAMES, work), about(work, SHOP_NAMES)),
    ...fillKind(pet, { person }, animal, others(PET_NAMES, animal), about(animal, PET_NAMES)),
  ];
}

function goodRequests(good: Good): DemoRequest[] {
  const subject = { word: good.name, group: GOOD_NAMES };
  const cost: Answer = { type: 'value', right: String(good.price), group: NUMBERS, echo: [], subject };
  const seller: Answer = { type: 'value', right: good.shop, group: SHOP_NAMES, echo: [], subject };
  const prices = others(
    GOODS.map((other) => other.price),
    good.price,
  );
  return [
    ...fillKind(price, { good: good.name }, good.price, prices, cost),
    ...fillKind(whereToBuy, { some: good.some }, good.shop, others(SHOP_NAMES, good.shop), seller),
  ];
}

function togetherRequests(): DemoRequest[] {
  return GOODS.flatMap((a) =>
    GOODS.filter((b) => b !== a && a.price + b.price <= 15).flatMap((b) => {
      const sum = a.price + b.price;
      const answer: Answer = { type: 'value', right: String(sum), group: NUMBERS, echo: [] };
      return fillKind(priceOfTwo, { a: a.name, b: b.name }, sum, [sum + 1, sum - 1, sum + 3], answer);
    }),
  );
}

/** All requests about the town. */
export function townRequests(): DemoRequest[] {
  return [
    ...SHOPS.flatMap(shopRequests),
    ...PETS.flatMap(({ person, pet: animal }) => personRequests(person, animal)),
    ...GOODS.flatMap(goodRequests),
    ...togetherRequests(),
  ];
}
