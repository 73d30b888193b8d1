/**
 * Items of an SFT dataset to token ids. Items with a prompt are encoded as pairs are (encode.ts); a text without one stands after
 * the tokenizer's begin token, or after the end token where there is none, and is cut at maxLength, where it has no end token.
 */
import type { DatasetItem, SftItem } from '../protocol/dataset';
import type { DropReason } from '../protocol/preference';
import type { DatasetSource } from './dataset-source';
import type { EncodeOptions } from './encode';
import { openPrompt } from './prompt-cut';
import { encodeResponse } from './response-ids';
import type { TextTokenizer } from './tokenizer';

export interface EncodedSft {
  examples: { promptIds: number[]; responseIds: number[] }[];
  /** Items left out, by DropReason. */
  dropped: Record<string, number>;
  /** Texts or prompts that were cut. */
  cut: number;
}

/** Encodes the items at `positions`, in their order, without keeping their texts. */
export async function encodeSft(
  dataset: DatasetSource,
  positions: readonly number[],
  tokenizer: TextTokenizer,
  options: EncodeOptions,
): Promise<EncodedSft> {
  const examples: EncodedSft['examples'][] = Array.from({ length: positions.length });
  const result: Omit<EncodedSft, 'examples'> = { dropped: {}, cut: 0 };
  await dataset.read(positions, (item, index) => {
    const one = encodeItem(asSft(item), tokenizer, options);
    if (typeof one === 'string') result.dropped[one] = (result.dropped[one] ?? 0) + 1;
    else if (one.cut) result.cut += 1;
    examples[index] = typeof one === 'string' ? [] : [{ promptIds: one.promptIds, responseIds: one.responseIds }];
  });
  return { examples: examples.flat(), ...result };
}

type EncodedItem = EncodedSft['examples'][number] & { cut: boolean };

function encodeItem(
  { prompt, response }: SftItem,
  tokenizer: TextTokenizer,
  options: EncodeOptions,
): EncodedItem | DropReason {
  if (response.trim() === '') return 'empty';
  const isText = prompt === '';
  const format = isText ? 'hh' : options.promptFormat;
  const responseIds = encodeResponse(prompt, response, tokenizer, { ...options, promptFormat: format });
  if (isText) return encodeText(responseIds, tokenizer, options);
  const room = options.maxLength - responseIds.length;
  const cuttable = openPrompt(prompt, tokenizer, format);
  if (room < 1 || room < cuttable.fewest) return 'too-long';
  const { ids, cut } = cuttable.fit(room);
  return { promptIds: ids, responseIds, cut };
}

/** The first token has to be predicted from something. */
function encodeText(ids: number[], tokenizer: TextTokenizer, { maxLength, endTokenId }: EncodeOptions): EncodedItem {
  const begin = openPrompt('', tokenizer, 'hh').fit(maxLength).ids;
  const promptIds = begin.length > 0 ? begin : [endTokenId];
  const room = maxLength - promptIds.length;
  return { promptIds, responseIds: ids.slice(0, room), cut: ids.length > room };
}

function asSft(item: DatasetItem): SftItem {
  if ('response' in item) return item;
  throw new Error('internal: an SFT dataset holds a pair');
}
