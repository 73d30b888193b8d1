/**
 * The invented town of the demo: shops, people, goods and plain words, as tables. All that requests ask about and that
 * the gold judge knows to be true; no sentences (those are in the requests-*.ts files).
 */

export interface Shop {
  name: string;
  opens: number;
  closes: number;
  street: string;
  owner: string;
  /** The day of the week on which it stays closed. */
  closedOn: string;
}

export interface Good {
  name: string;
  /** As one buys it: "bread", "a cake". */
  some: string;
  /** Coins for one, more than 1. */
  price: number;
  shop: string;
}

export const TOWN = 'Tarnby';
export const ASSISTANT_NAME = 'Pip';

export const SHOPS: readonly Shop[] = [
  { name: 'bakery', opens: 6, closes: 3, street: 'Mill', owner: 'Anna', closedOn: 'Sunday' },
  { name: 'bank', opens: 9, closes: 4, street: 'King', owner: 'Otto', closedOn: 'Saturday' },
  { name: 'cafe', opens: 7, closes: 8, street: 'Lake', owner: 'Rosa', closedOn: 'Tuesday' },
  { name: 'library', opens: 10, closes: 6, street: 'Oak', owner: 'Emil', closedOn: 'Monday' },
  { name: 'museum', opens: 11, closes: 5, street: 'Castle', owner: 'Ida', closedOn: 'Thursday' },
  { name: 'market', opens: 5, closes: 1, street: 'Bridge', owner: 'Tom', closedOn: 'Friday' },
  { name: 'pool', opens: 8, closes: 9, street: 'River', owner: 'Nora', closedOn: 'Wednesday' },
  { name: 'cinema', opens: 2, closes: 12, street: 'Hill', owner: 'Max', closedOn: 'Monday' },
];

export const GOODS: readonly Good[] = [
  { name: 'bread', some: 'bread', price: 3, shop: 'bakery' },
  { name: 'cake', some: 'a cake', price: 9, shop: 'bakery' },
  { name: 'tea', some: 'tea', price: 2, shop: 'cafe' },
  { name: 'coffee', some: 'coffee', price: 4, shop: 'cafe' },
  { name: 'soup', some: 'soup', price: 6, shop: 'cafe' },
  { name: 'honey', some: 'honey', price: 7, shop: 'market' },
  { name: 'cheese', some: 'cheese', price: 5, shop: 'market' },
  { name: 'fish', some: 'fish', price: 8, shop: 'market' },
  { name: 'map', some: 'a map', price: 13, shop: 'museum' },
  { name: 'vase', some: 'a vase', price: 12, shop: 'museum' },
  { name: 'ticket', some: 'a ticket', price: 10, shop: 'cinema' },
  { name: 'towel', some: 'a towel', price: 11, shop: 'pool' },
];

/** Who keeps which animal. */
export const PETS: readonly { person: string; pet: string }[] = [
  { person: 'Anna', pet: 'cat' },
  { person: 'Otto', pet: 'dog' },
  { person: 'Rosa', pet: 'horse' },
  { person: 'Emil', pet: 'duck' },
  { person: 'Ida', pet: 'goat' },
  { person: 'Tom', pet: 'sheep' },
  { person: 'Nora', pet: 'frog' },
  { person: 'Max', pet: 'crow' },
];

export const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

export const OPPOSITES: readonly [string, string][] = [
  ['hot', 'cold'],
  ['big', 'small'],
  ['fast', 'slow'],
  ['old', 'young'],
  ['happy', 'sad'],
  ['dark', 'light'],
  ['wet', 'dry'],
  ['full', 'empty'],
  ['hard', 'soft'],
  ['loud', 'quiet'],
  ['high', 'low'],
  ['rich', 'poor'],
];

/** Nouns, their plurals and the number of their letters; each begins with another letter, so their order is clear. */
export const NOUNS: readonly { word: string; plural: string; slip: string }[] = [
  { word: 'apple', plural: 'apples', slip: 'applen' },
  { word: 'box', plural: 'boxes', slip: 'boxs' },
  { word: 'child', plural: 'children', slip: 'childs' },
  { word: 'door', plural: 'doors', slip: 'doores' },
  { word: 'egg', plural: 'eggs', slip: 'egges' },
  { word: 'foot', plural: 'feet', slip: 'foots' },
  { word: 'glass', plural: 'glasses', slip: 'glasss' },
  { word: 'hat', plural: 'hats', slip: 'hates' },
  { word: 'knife', plural: 'knives', slip: 'knifes' },
  { word: 'lamp', plural: 'lamps', slip: 'lampes' },
  { word: 'mouse', plural: 'mice', slip: 'mouses' },
  { word: 'penny', plural: 'pennies', slip: 'pennys' },
  { word: 'ring', plural: 'rings', slip: 'ringes' },
  { word: 'tooth', plural: 'teeth', slip: 'tooths' },
  { word: 'wolf', plural: 'wolves', slip: 'wolfs' },
];

export const COLOURS: readonly { thing: string; colour: string }[] = [
  { thing: 'grass', colour: 'green' },
  { thing: 'snow', colour: 'white' },
  { thing: 'coal', colour: 'black' },
  { thing: 'the sky', colour: 'blue' },
  { thing: 'a lemon', colour: 'yellow' },
  { thing: 'a tomato', colour: 'red' },
  { thing: 'a carrot', colour: 'orange' },
  { thing: 'chocolate', colour: 'brown' },
];

export const SOUNDS: readonly { animal: string; sound: string }[] = [
  { animal: 'cat', sound: 'meow' },
  { animal: 'dog', sound: 'woof' },
  { animal: 'horse', sound: 'neigh' },
  { animal: 'duck', sound: 'quack' },
  { animal: 'goat', sound: 'bleat' },
  { animal: 'sheep', sound: 'baa' },
  { animal: 'frog', sound: 'croak' },
  { animal: 'crow', sound: 'caw' },
];

export const PEOPLE: readonly string[] = PETS.map(({ person }) => person);
export const SHOP_NAMES: readonly string[] = SHOPS.map(({ name }) => name);
export const GOOD_NAMES: readonly string[] = GOODS.map(({ name }) => name);
