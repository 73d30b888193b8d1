/**
 * A model's tokenizer: text to ids and back as Python's `tokenizers` does it, and chat templates. Made from the files of
 * a Hugging Face folder. Truncation and padding settings of tokenizer.json are left out (as transformers does), and so is
 * `add_bos_token` of tokenizer_config.json: whether a begin token is added is what tokenizer.json's post-processor says.
 */
import { Tokenizer } from '@huggingface/tokenizers';
import { InputError } from '../protocol/errors';
import type { Message } from '../protocol/preference';
import { chatRenderer, chooseChatTemplate } from './chat-template';
import { findSpecialToken, type SpecialToken } from './special-tokens';
import { correctDecoder, correctPreTokenizer, splitWords } from './tokenizer-fixes';
import * as schema from './tokenizer-schema';

/** Parsed JSON of the files; chatTemplate is the text of chat_template.jinja. */
export interface TokenizerFiles {
  tokenizerJson: unknown;
  tokenizerConfig: unknown;
  chatTemplate?: string | undefined;
  specialTokensMap?: unknown;
  generationConfig?: unknown;
  modelConfig?: unknown;
}

export interface TextTokenizer {
  /** The highest token id + 1. */
  vocabSize: number;
  bosTokenId: number | null;
  eosTokenId: number | null;
  padTokenId: number | null;
  /** The template's Jinja source. */
  chatTemplate: string | null;
  /** Ids of the text; with the tokenizer's own special tokens around it (such as a begin token) when asked for. */
  encode(text: string, addSpecialTokens: boolean): number[];
  /** Text of the ids. Ids that are not in the vocabulary (padding rows of the embedding) give nothing. */
  decode(ids: number[], skipSpecial: boolean): string;
  /** Throws an InputError when there is no template or it refuses the messages. */
  applyChatTemplate(messages: Message[], addGenerationPrompt: boolean): string;
}

/** Loads a tokenizer; throws an InputError that names the file and what is missing or wrong in it. */
export function loadTokenizer(files: TokenizerFiles): TextTokenizer {
  const json = schema.checkFile(schema.tokenizerJsonSchema, files.tokenizerJson, 'tokenizer.json');
  const config = schema.checkFile(schema.tokenizerConfigSchema, files.tokenizerConfig ?? {}, 'tokenizer_config.json');
  const ids = collectIds(json);
  const special = specialTokens(files, config, ids);
  const library = openLibrary(json);
  const template = chooseChatTemplate(config, files.chatTemplate);
  return {
    vocabSize: [...ids.values()].reduce((highest, id) => Math.max(highest, id), -1) + 1,
    bosTokenId: special.bos?.id ?? null,
    eosTokenId: special.eos?.id ?? null,
    padTokenId: special.pad?.id ?? null,
    chatTemplate: template,
    encode: (text, addSpecialTokens) => library.encode(text, { add_special_tokens: addSpecialTokens }).ids,
    decode: decoderOf(library, json, new Set(ids.values())),
    applyChatTemplate: chatRenderer(template, tokenTexts(special, ids)),
  };
}

/** Every token's id; added tokens override the model's vocabulary. */
function collectIds(json: schema.TokenizerJson): Map<string, number> {
  const ids = new Map(Object.entries(json.model.vocab));
  for (const token of json.added_tokens) ids.set(token.content, token.id);
  return ids;
}

type SpecialTokenSet = Record<'bos' | 'eos' | 'pad', SpecialToken | null>;

function specialTokens(
  files: TokenizerFiles,
  config: schema.TokenizerConfig,
  ids: Map<string, number>,
): SpecialTokenSet {
  const sources = {
    tokenizerConfig: config,
    specialTokensMap: schema.checkFile(
      schema.specialTokensSchema,
      files.specialTokensMap ?? {},
      'special_tokens_map.json',
    ),
    idConfigs: [
      schema.checkFile(schema.tokenIdsSchema, files.generationConfig ?? {}, 'generation_config.json'),
      schema.checkFile(schema.tokenIdsSchema, files.modelConfig ?? {}, 'config.json'),
    ],
    idOf: (token: string) => ids.get(token),
  };
  return {
    bos: findSpecialToken('bos', sources),
    eos: findSpecialToken('eos', sources),
    pad: findSpecialToken('pad', sources),
  };
}

/** The texts that a chat template may print as `bos_token` and so on; a missing one prints nothing. */
function tokenTexts(special: SpecialTokenSet, ids: Map<string, number>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const role of ['bos', 'eos', 'pad'] as const) {
    const token = special[role];
    const text = token === null ? undefined : (token.text ?? [...ids].find(([, id]) => id === token.id)?.[0]);
    if (text !== undefined) texts[`${role}_token`] = text;
  }
  return texts;
}

/** The library on corrected settings, tried out once, so that a broken file fails here and not in mid-run. */
function openLibrary(json: schema.TokenizerJson): Tokenizer {
  try {
    const preTokenizer = splitWords(correctPreTokenizer(json.pre_tokenizer), Object.keys(json.model.vocab));
    const library = new Tokenizer({ ...json, pre_tokenizer: preTokenizer }, {});
    correctDecoder(library.decoder);
    const { ids } = library.encode('A test, 1.', { add_special_tokens: true });
    if (ids.some((id) => !Number.isInteger(id))) throw new Error('its post-processor adds a token that has no id');
    return library;
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`tokenizer.json cannot be used: ${reason}. Take the file from the model's own folder again.`);
  }
}

/** The library fails on an empty list and on unknown ids, which the reference leaves out. */
function decoderOf(library: Tokenizer, json: schema.TokenizerJson, known: Set<number>): TextTokenizer['decode'] {
  const special = new Set(json.added_tokens.filter((token) => token.special).map((token) => token.id));
  return (ids, skipSpecial) => {
    const kept = ids.filter((id) => known.has(id) && !(skipSpecial && special.has(id)));
    return kept.length === 0 ? '' : library.decode(kept, { clean_up_tokenization_spaces: false });
  };
}
