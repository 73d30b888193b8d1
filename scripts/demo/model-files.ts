/** The demo model's folder in Hugging Face layout: reading the tokenizer that is there, writing weights and configuration. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTokenizer, type TextTokenizer } from '../../src/data/tokenizer';
import { writeSafetensors } from '../../src/exchange/safetensors';
import type { FullWeights } from '../../src/model/adapter-types';
import type { NamedFile } from '../../src/protocol/library';

/** The tokenizer of a model folder that may have no weights yet, and its end token. */
export function readTokenizer(folder: string): { tokenizer: TextTokenizer; endTokenId: number } {
  const json = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const tokenizer = loadTokenizer({
    tokenizerJson: json('tokenizer.json'),
    tokenizerConfig: json('tokenizer_config.json'),
  });
  const { eosTokenId } = tokenizer;
  if (eosTokenId === null) throw new Error(`${folder}: tokenizer_config.json names no eos_token.`);
  return { tokenizer, endTokenId: eosTokenId };
}

/** Writes weights as fp16, config.json and generation_config.json; other files of the folder stay. */
export function writeModel(folder: string, { tensors }: FullWeights, config: object, endTokenId: number): void {
  mkdirSync(folder, { recursive: true });
  const json = (name: string, value: object) =>
    writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  json('config.json', config);
  json('generation_config.json', { eos_token_id: endTokenId });
  writeFileSync(join(folder, 'model.safetensors'), writeSafetensors(tensors, { format: 'pt' }, 'F16'));
}

/** A model folder's files as the page would hand them over. */
export function folderFiles(folder: string): NamedFile[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map(({ name }) => ({ path: name, file: new Blob([readFileSync(join(folder, name))]) }));
}
