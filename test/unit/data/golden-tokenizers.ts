/** Reads tokenizer folders and their expected encodings for tests; the lists are empty where the data is absent. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loadTokenizer, type TextTokenizer } from '../../../src/data/tokenizer';

const stringSchema = z.object({
  text: z.string(),
  ids: z.array(z.number()),
  ids_no_special: z.array(z.number()),
  decoded: z.string(),
  decoded_skip_special: z.string().optional(),
});

const chatSchema = z.object({
  messages: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
  add_generation_prompt: z.boolean(),
  text: z.string(),
  ids: z.array(z.number()),
});

/** expected.json of a golden case. */
export const goldenTokenizerSchema = z.object({
  tokenizer: z.object({
    vocab_size: z.number(),
    bos_token_id: z.number().nullable(),
    eos_token_id: z.number().nullable(),
    pad_token_id: z.number().nullable(),
    adds_bos: z.boolean(),
    strings: z.array(stringSchema).min(1),
    chat: z.array(chatSchema).min(1),
  }),
});

/** expected.json of a real tokenizer. */
export const realTokenizerSchema = z.object({ cases: z.array(stringSchema).min(1) });

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Folders below `parent` that hold all of `files`. */
export function foldersWith(parent: string, ...files: string[]): string[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .map((name) => join(parent, name))
    .filter((folder) => files.every((file) => existsSync(join(folder, file))));
}

export function openTokenizer(folder: string): TextTokenizer {
  const optional = (file: string): unknown =>
    existsSync(join(folder, file)) ? readJson(join(folder, file)) : undefined;
  const template = join(folder, 'chat_template.jinja');
  return loadTokenizer({
    tokenizerJson: readJson(join(folder, 'tokenizer.json')),
    tokenizerConfig: readJson(join(folder, 'tokenizer_config.json')),
    chatTemplate: existsSync(template) ? readFileSync(template, 'utf8') : undefined,
    specialTokensMap: optional('special_tokens_map.json'),
    generationConfig: optional('generation_config.json'),
    modelConfig: optional('config.json'),
  });
}
