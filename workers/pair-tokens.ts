/** A pair as the next training sees it, edited where the person edited it: the ids of prompt and responses, and the text of each. */
import type { TextTokenizer } from '../src/data/tokenizer';
import { readModelFolder } from '../src/exchange/model-folder';
import { InputError } from '../src/protocol/errors';
import { pairKeyText } from '../src/protocol/pair-review';
import type { PairRow, PairTokens, TokenList } from '../src/protocol/pairs';
import type { SyntheticPair } from '../src/protocol/preference';
import { encodePair } from '../src/rounds/encode-pair';
import { encodeEditedSynthetic, encodeSynthetic } from '../src/rounds/encode-synthetic';
import type { StudioDatabase } from '../src/storage/database';
import { getModel } from '../src/storage/library';
import type { OpenPairs } from './pair-queries';
import { syntheticPair } from './pair-source';

interface LoadedTokenizer {
  modelId: string;
  tokenizer: TextTokenizer;
  endTokenId: number;
}

let loaded: LoadedTokenizer | null = null;

/** @throws InputError when the model is no longer stored, or the pair cannot be encoded */
export async function pairTokens(
  database: StudioDatabase,
  { record, source }: OpenPairs,
  pair: PairRow,
): Promise<PairTokens> {
  const { modelId, recipe } = record.state;
  if (loaded?.modelId !== modelId) loaded = await load(database, modelId);
  const { tokenizer, endTokenId } = loaded;
  const context = { recipe, tokenizer, endTokenId };
  const row = source.index.row(pairKeyText(pair));
  const made = row === undefined ? null : syntheticPair(source, row);
  const edited = pair.verdict?.edited ?? null;
  const encodeMade = (synthetic: SyntheticPair) =>
    edited ? encodeEditedSynthetic(context, synthetic, edited) : encodeSynthetic(synthetic, endTokenId);
  const encoded = made ? encodeMade(made) : encodePair(context, { ...pair, ...edited });
  const list = (ids: number[]): TokenList => ({ ids, texts: ids.map((id) => tokenizer.decode([id], false)) });
  if (typeof encoded !== 'string')
    return { prompt: list(encoded.promptIds), chosen: list(encoded.chosenIds), rejected: list(encoded.rejectedIds) };
  throw new InputError(`Training leaves this pair out (${encoded}), so it has no tokens.`);
}

async function load(database: StudioDatabase, modelId: string): Promise<LoadedTokenizer> {
  const { files } = await getModel(database, modelId);
  const folder = await readModelFolder(files.map(({ path, blob }) => ({ path, file: blob })));
  const [endTokenId] = folder.endTokenIds;
  if (endTokenId === undefined) throw new Error('internal: readModelFolder gave no end token');
  return { modelId, tokenizer: folder.tokenizer, endTokenId };
}
