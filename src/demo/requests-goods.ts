/** Requests about the town's people and goods: who works where and keeps what, prices, where to buy. */
import { fillKind, NUMBERS, oneOf, others, valueAnswer, type DemoRequest, type KindTemplates } from './request';
import { GOOD_NAMES, GOODS, PEOPLE, PETS, SHOP_NAMES, SHOPS, type Good } from './town';

const PET_NAMES = PETS.map(({ pet }) => pet);
const PRICES = GOODS.map(({ price }) => price);

/** The dearest two goods together that are asked for. */
const MOST_COINS = 15;

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

function personRequests(person: string, animal: string): DemoRequest[] {
  const work = SHOPS.find((shop) => shop.owner === person)?.name ?? '';
  const subject = { word: person.toLowerCase(), group: PEOPLE.map((name) => name.toLowerCase()) };
  return [
    ...fillKind(workplace, { person }, oneOf(SHOP_NAMES, work, { subject })),
    ...fillKind(pet, { person }, oneOf(PET_NAMES, animal, { subject })),
  ];
}

function goodRequests(good: Good): DemoRequest[] {
  const subject = { word: good.name, group: GOOD_NAMES };
  const cost = {
    right: good.price,
    wrong: others(PRICES, good.price),
    answer: valueAnswer(good.price, NUMBERS, { subject }),
  };
  return [
    ...fillKind(price, { good: good.name }, cost),
    ...fillKind(whereToBuy, { some: good.some }, oneOf(SHOP_NAMES, good.shop, { subject })),
  ];
}

function togetherRequests(): DemoRequest[] {
  return GOODS.flatMap((a) => {
    const affordable = GOODS.filter((b) => b !== a && a.price + b.price <= MOST_COINS);
    return affordable.flatMap((b) => {
      const sum = a.price + b.price;
      const answer = valueAnswer(sum, NUMBERS);
      return fillKind(priceOfTwo, { a: a.name, b: b.name }, { right: sum, wrong: [sum + 1, sum - 1, sum + 3], answer });
    });
  });
}

/** All requests about people and goods. */
export function goodsAndPeopleRequests(): DemoRequest[] {
  return [
    ...PETS.flatMap(({ person, pet: animal }) => personRequests(person, animal)),
    ...GOODS.flatMap(goodRequests),
    ...togetherRequests(),
  ];
}
