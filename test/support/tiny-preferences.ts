/** A small generated preference dataset in HH form: friendly, helpful replies are chosen over curt ones. Our own text. */
import { contentHash } from '../../src/data/content-hash';
import { seededRandom } from '../../src/data/seeded-random';
import type { PreferencePair } from '../../src/protocol/preference';

const things = [
  'tea',
  'a kite',
  'bread',
  'a map',
  'soup',
  'a boat',
  'paint',
  'a hat',
  'glue',
  'a nest',
  'jam',
  'a bell',
];
const asks = ['how do i make', 'where can i find', 'what is', 'who sells', 'why do i need', 'can you draw'];
const kind = ['sure, i can help', 'gladly, here is how', 'of course, let me see', 'yes, happy to'];
const curt = ['no', 'go away', 'do not ask me', 'i will not say'];

/** `count` pairs; the same seed gives the same pairs. Every prompt occurs once. */
export async function tinyPreferences(count: number, seed = 7): Promise<PreferencePair[]> {
  const random = seededRandom(seed, 'tiny preferences');
  const pick = (items: readonly string[]) => items[Math.floor(random() * items.length)] ?? '';
  const pairs: PreferencePair[] = [];
  for (let i = 0; i < count; i++) {
    const prompt = `\n\nHuman: ${pick(asks)} ${pick(things)} ${i}?\n\nAssistant:`;
    const [chosen, rejected] = [` ${pick(kind)}.`, ` ${pick(curt)}.`];
    pairs.push({ id: await contentHash(prompt, chosen, rejected), prompt, chosen, rejected });
  }
  return pairs;
}

/** The same as JSON lines with whole transcripts, as HH-RLHF has them. */
export function asTranscripts(pairs: readonly PreferencePair[]): string {
  const line = ({ prompt, chosen, rejected }: PreferencePair) =>
    JSON.stringify({ chosen: `${String(prompt)}${chosen}`, rejected: `${String(prompt)}${rejected}` });
  return pairs.map((pair) => `${line(pair)}\n`).join('');
}
