/** Lengths in tokens of a stored dataset for a stored model: of all items, or of a sample spread evenly over a large one. */
import { promptText } from '../src/data/import/import-report';
import { LengthList } from '../src/data/import/lengths';
import type { TextTokenizer } from '../src/data/tokenizer';
import { readModelFolder } from '../src/exchange/model-folder';
import type { DatasetItem, TokenReport } from '../src/protocol/dataset';
import type { StudioDatabase } from '../src/storage/database';
import { getDataset, getModel } from '../src/storage/library';
import { datasetSource } from './run-sources';

/** A second or two of tokenising; the error of a share is then at most 2.2 points (95%). */
const SAMPLE = 2000;

/** @throws InputError when model or dataset are no longer stored */
export async function measureTokens(
  database: StudioDatabase,
  { datasetId, modelId, maxLength }: { datasetId: string; modelId: string; maxLength: number },
): Promise<TokenReport> {
  const [model, record] = [await getModel(database, modelId), await getDataset(database, datasetId)];
  const { tokenizer } = await readModelFolder(model.files.map(({ path, blob }) => ({ path, file: blob })));
  const source = datasetSource(database, record);
  const count = record.summary.pairs;
  const step = Math.max(1, count / SAMPLE);
  const positions = Array.from({ length: Math.min(count, SAMPLE) }, (_, i) => Math.floor(i * step));
  const lengths = new Map<string, LengthList>();
  let over = 0;
  await source.read(positions, (item) => {
    const tokens = tokenLengths(item, tokenizer);
    if ((tokens['total'] ?? 0) > maxLength) over += 1;
    for (const [name, length] of Object.entries(tokens)) {
      const list = lengths.get(name) ?? new LengthList();
      lengths.set(name, list);
      list.add(length);
    }
  });
  return {
    datasetId,
    modelId,
    maxLength,
    sampled: positions.length,
    lengths: Object.fromEntries([...lengths].map(([name, list]) => [name, list.statistics()])),
    overMaxLength: positions.length === 0 ? 0 : over / positions.length,
  };
}

/** Of the texts as they are; a chat template adds its own tokens. One end token is counted. */
function tokenLengths(item: DatasetItem, tokenizer: TextTokenizer): Record<string, number> {
  const count = (text: string) => tokenizer.encode(text, false).length;
  const prompt = count(promptText(item.prompt));
  const responses: Record<string, number> =
    'response' in item
      ? { response: count(item.response) }
      : { chosen: count(item.chosen), rejected: count(item.rejected) };
  return { prompt, ...responses, total: prompt + Math.max(...Object.values(responses)) + 1 };
}
