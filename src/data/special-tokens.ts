/** Finds the ids of the begin, end and padding tokens among the files of a model folder. Adds no tokens of its own. */
import { InputError } from '../protocol/errors';
import type { SpecialTokens, TokenIds, TokenizerConfig } from './tokenizer-schema';

export interface SpecialTokenSources {
  tokenizerConfig: TokenizerConfig;
  specialTokensMap: SpecialTokens;
  /** generation_config.json, then config.json. */
  idConfigs: TokenIds[];
  idOf(token: string): number | undefined;
}

export interface SpecialToken {
  id: number;
  text: string | null;
}

type Role = 'bos' | 'eos' | 'pad';

/**
 * The token of a role, or null when the model has none. tokenizer_config.json decides, then special_tokens_map.json, then
 * the ids of generation_config.json and config.json (the first of a list). An explicit null for bos in
 * tokenizer_config.json is final: Qwen2's other files name a bos id that the tokenizer never uses.
 * Throws an InputError when the end token is named but not in tokenizer.json: training would never see an end.
 */
export function findSpecialToken(role: Role, sources: SpecialTokenSources): SpecialToken | null {
  const { tokenizerConfig, specialTokensMap } = sources;
  if (role === 'bos' && tokenizerConfig.bos_token === null) return null;
  const named = textOf(tokenizerConfig[`${role}_token`]) ?? textOf(specialTokensMap[`${role}_token`]);
  if (named === null) return tokenById(role, sources.idConfigs);
  const id = sources.idOf(named);
  if (id !== undefined) return { id, text: named };
  if (role !== 'eos') return null;
  throw new InputError(
    `tokenizer_config.json names the end token "${named}", but tokenizer.json has no such token. Take both from the same model.`,
  );
}

function textOf(token: SpecialTokens['bos_token']): string | null {
  if (token === null || token === undefined) return null;
  return typeof token === 'string' ? token : token.content;
}

function tokenById(role: Role, configs: TokenIds[]): SpecialToken | null {
  for (const config of configs) {
    const ids = config[`${role}_token_id`];
    const id = Array.isArray(ids) ? ids[0] : ids;
    if (typeof id === 'number') return { id, text: null };
  }
  return null;
}
