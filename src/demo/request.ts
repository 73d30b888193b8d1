/**
 * What a request of the demo's world is: its text, what a right answer must say (for the gold judge), and the sentences
 * from which responses are made. Helpers that fill slots; the requests themselves are in the requests-*.ts files.
 */

/** What counts as right. All words in lower case. */
export type Answer =
  /** One word or number of a group; other members of the group contradict it. `subject`: whom it must be about. */
  | { type: 'value'; right: string; group: readonly string[]; echo: readonly string[]; subject?: Subject }
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

export interface Subject {
  word: string;
  group: readonly string[];
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

/** One request for each phrasing of one filling of the slots; `wrongValues` stand in for the right one in wrong answers. */
export function fillKind(
  templates: KindTemplates,
  slots: Record<string, string | number>,
  value: string | number,
  wrongValues: readonly (string | number)[],
  answer: Answer,
): DemoRequest[] {
  const sentences = (list: readonly string[], of: string | number) =>
    list.map((text) => fill(text, { ...slots, value: of }));
  const right = sentences(templates.right, value);
  const curt = sentences(templates.curt, value);
  const wrong = wrongValues.flatMap((of) => sentences(templates.right, of));
  return templates.phrasings.map((text) => ({
    kind: templates.kind,
    text: fill(text, slots),
    answer,
    right,
    curt,
    wrong,
  }));
}

/** The members of a list without one. */
export function others<T>(list: readonly T[], one: T): T[] {
  return list.filter((item) => item !== one);
}

export function lower(words: readonly (string | number)[]): string[] {
  return words.map((word) => String(word).toLowerCase());
}
