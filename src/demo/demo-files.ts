/** The files of the demo that are made from nothing but this code: preference data and tokenizer, by their place in public/demo. */
import { DEMO_PAIRS, preferencePairs } from './preference-pairs';
import { pretrainingText } from './pretraining-text';
import { trainTokenizer } from './train-bpe';

const TOKENIZER = { seed: 1, documents: 40_000, vocabSize: 1024, leastCount: 20 };

/** Path under public/demo -> text of the file. */
export function demoFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const lines = preferencePairs(DEMO_PAIRS).map((pair) => `${JSON.stringify(pair)}\n`);
  files.set('data/preferences.jsonl', lines.join(''));
  const folder = trainTokenizer(firstDocuments(), TOKENIZER.vocabSize, TOKENIZER.leastCount);
  for (const [name, json] of Object.entries(folder)) files.set(`model/${name}`, `${JSON.stringify(json, null, 1)}\n`);
  return files;
}

function* firstDocuments(): Generator<string> {
  const texts = pretrainingText(TOKENIZER.seed);
  for (let i = 0; i < TOKENIZER.documents; i++) yield texts.next().value;
}
