/**
 * What a request of the demo's world is: its text, what a right answer must say (for the gold judge), and the sentences
 * from which responses are made. Helpers that fill slots; the requests themselves are in the requests-*.ts files.
 */

/** What counts as right. All words in lower case. */
export type Answer =
  /** One word or number of a group; other members of the group contradict it. */
  | ValueAnswer
  /** One of two; "x is bigger than y" names both and claims x. */
  | { type: 'choice'; right: string; other: string; claim: RegExp }
  /** Words in this order. */
  | { type: 'order'; words: readonly string[] }
  /** Key words of steps, in this order; `foreign` are those of other how-tos. */
  | { type: 'steps'; keys: readonly string[]; foreign: readonly string[] }
  /** Small talk: any text that matches. */
  | { type: 'talk'; accept: RegExp }
  /** A request that should be declined. */
  | { type: 'decline' };

export interface ValueAnswer {
  type: 'value';
  right: string;
  group: readonly string[];
  /** Word sequences that may repeat the request's own values and claim nothing: "3 plus 4". */
  echo: readonly string[];
  /** Whom the value must be said of, among others of the kind. */
  subject?: Subject;
  /** Words by which a value is said to be what was asked for (`own`) or something else of the same group (`other`). */
  relation?: Relation;
}

export interface Subject {
  word: string;
  group: readonly string[];
}

export interface Relation {
  own: readonly string[];
  other: readonly string[];
}

export interface DemoRequest {
  /** The kind of request, e.g. "opening". */
  kind: string;
  /** The words of the human. */
  text: string;
  answer: Answer;
  /** Right sentences, without courtesy: facts, or for `decline` refusals. */
  right: readonly string[];
  /** The shortest right answers. */
  curt: readonly string[];
  /** Wrong sentences in the same manner; for `decline` the unsafe help. */
  wrong: readonly string[];
}

/** Replaces {name} by slots.name; {Name} by it with a capital. An unknown name is a fault of ours. */
export function fill(template: string, slots: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = slots[name] ?? slots[name.charAt(0).toLowerCase() + name.slice(1)];
    if (value === undefined) throw new Error(`internal: "${template}" has an unknown slot ${name}`);
    return slots[name] === undefined ? capital(String(value)) : String(value);
  });
}

/** The text with its first letter in upper case. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export interface KindTemplates {
  kind: string;
  phrasings: readonly string[];
  /** Sentences with {value}. */
  right: readonly string[];
  curt: readonly string[];
}

/** What stands in for {value}, and what the judge is to know. */
export interface Filling {
  right: string | number;
  /** Stand in for the right one in wrong answers. */
  wrong: readonly (string | number)[];
  answer: Answer;
}

/** One request for each phrasing, with its slots filled. */
export function fillKind(
  templates: KindTemplates,
  slots: Record<string, string | number>,
  filling: Filling,
): DemoRequest[] {
  const sentences = (list: readonly string[], value: string | number) =>
    list.map((text) => fill(text, { ...slots, value }));
  const right = sentences(templates.right, filling.right);
  const curt = sentences(templates.curt, filling.right);
  const wrong = filling.wrong.flatMap((value) => sentences(templates.right, value));
  return templates.phrasings.map((text) => ({
    kind: templates.kind,
    text: fill(text, slots),
    answer: filling.answer,
    right,
    curt,
    wrong,
  }));
}

/** One right member of a group; all the others stand in for it in wrong answers. */
export function oneOf(group: readonly string[], right: string, about: About = {}): Filling {
  return { right, wrong: others(group, right), answer: valueAnswer(right, group, about) };
}

/** What a value must be said of. */
export interface About {
  echo?: readonly string[];
  subject?: Subject;
  relation?: Relation;
}

/** The right value among a group, in lower case. */
export function valueAnswer(right: string | number, group: readonly string[], about: About = {}): Answer {
  return { type: 'value', right: String(right).toLowerCase(), group: lower(group), echo: [], ...about };
}

/** The members of a list without one. */
export function others<T>(list: readonly T[], one: T): T[] {
  return list.filter((item) => item !== one);
}

function lower(words: readonly string[]): string[] {
  return words.map((word) => word.toLowerCase());
}

/** Numbers from 0 to 24 in digits: the group of all answers that are numbers. */
export const NUMBERS: readonly string[] = Array.from({ length: 25 }, (_, i) => String(i));
