/**
 * What we rely on in tokenizer.json, tokenizer_config.json and special_tokens_map.json, checked before use. Fields that
 * only the tokenizer library reads are passed on unchecked; it fails loudly on parts it does not know.
 */
import { z } from 'zod';
import { InputError } from '../protocol/errors';

/** A normaliser, pre-tokenizer, post-processor or decoder: its type and whatever else it has. */
const partSchema = z.looseObject({ type: z.string() });

const addedTokenSchema = z.looseObject({
  id: z.number().int().min(0),
  content: z.string(),
  special: z.boolean().default(false),
});

/** "a b" in older files, ["a", "b"] in newer ones. */
const mergeSchema = z.union([z.string(), z.tuple([z.string(), z.string()])]);

export const tokenizerJsonSchema = z.looseObject({
  added_tokens: z.array(addedTokenSchema).default([]),
  normalizer: partSchema.nullable().default(null),
  pre_tokenizer: partSchema.nullable().default(null),
  post_processor: partSchema.nullable().default(null),
  decoder: partSchema.nullable().default(null),
  model: z.looseObject({
    type: z
      .literal('BPE', 'only BPE tokenizers are supported (all Llama-like and GPT-2 models have one)')
      .default('BPE'),
    vocab: z.record(z.string(), z.number().int().min(0)),
    merges: z.array(mergeSchema),
  }),
});

/** A special token: its text, or an object with it. */
const specialTokenSchema = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();

const specialTokensShape = {
  bos_token: specialTokenSchema,
  eos_token: specialTokenSchema,
  pad_token: specialTokenSchema,
};

export const specialTokensSchema = z.looseObject(specialTokensShape);

export const tokenizerConfigSchema = z.looseObject({
  ...specialTokensShape,
  chat_template: z.union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))]).nullish(),
});

const tokenIdSchema = z.union([z.number().int().min(0), z.array(z.number().int().min(0))]).nullish();

/** The part of generation_config.json and config.json that names special tokens by id. */
export const tokenIdsSchema = z.looseObject({
  bos_token_id: tokenIdSchema,
  eos_token_id: tokenIdSchema,
  pad_token_id: tokenIdSchema,
});

export type TokenizerPart = z.infer<typeof partSchema>;
export type TokenizerJson = z.infer<typeof tokenizerJsonSchema>;
export type TokenizerConfig = z.infer<typeof tokenizerConfigSchema>;
export type SpecialTokens = z.infer<typeof specialTokensSchema>;
export type TokenIds = z.infer<typeof tokenIdsSchema>;

/** Where and what is wrong, e.g. "model.vocab: expected record, received undefined"; at most three faults. */
export function describeFaults(error: z.ZodError): string {
  const faults = error.issues.slice(0, 3).map((issue) => {
    const place = issue.path.join('.');
    return place === '' ? issue.message : `${place}: ${issue.message}`;
  });
  return faults.join('; ') + (error.issues.length > 3 ? `; and ${error.issues.length - 3} more` : '');
}

/** Checks parsed JSON of one file; throws an InputError that names the file, the field and what was expected there. */
export function checkFile<T>(schema: z.ZodType<T>, json: unknown, fileName: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new InputError(
    `${fileName} cannot be used: ${describeFaults(result.error)}. Take the file from the model's own folder again.`,
  );
}
