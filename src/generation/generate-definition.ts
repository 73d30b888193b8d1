/** Generation by the definitions in stock tfjs ops: padded batches with a KV cache, tokens drawn on the CPU. */
import { philoxRandom } from '../data/seeded-random';
import { createDecoder } from '../model/decode';
import type { DefinitionModel } from '../model/definition-model';
import { recordToken, type GenerateArguments, type PlannedResponse } from './responses';
import { sampleToken } from './sampling';

interface Row extends PlannedResponse {
  random: () => number;
}

/** Fills the planned responses. */
export async function generateByDefinition(
  model: DefinitionModel,
  args: GenerateArguments,
  planned: readonly PlannedResponse[],
): Promise<void> {
  const rows = planned.map((row): Row => ({ ...row, random: philoxRandom(row.key, row.stream) }));
  // Rows of like length share a batch, so that little is padded.
  const byLength = rows.toSorted((a, b) => a.promptIds.length - b.promptIds.length);
  const { batchSize } = args.settings;
  for (let start = 0; start < byLength.length; start += batchSize) {
    const part = byLength.slice(start, start + batchSize);
    await generateBatch(model, args, part, (share) => {
      args.onProgress(start + Math.floor(share * part.length), rows.length);
      args.onPartial?.(planned.map(({ response }) => response));
    });
  }
}

async function generateBatch(
  model: DefinitionModel,
  { parameters, settings, gate }: GenerateArguments,
  rows: Row[],
  onShare: (share: number) => void,
) {
  const limit = Math.max(...rows.map((row) => row.limit));
  const decoder = createDecoder(
    model,
    parameters,
    rows.map(({ promptIds }) => promptIds),
    limit,
  );
  try {
    await gate();
    let logits = await decoder.prefill();
    for (let drawn = 1; ; drawn++) {
      const tokens = Int32Array.from(rows, (row, i) => drawToken(row, logits[i]!, settings));
      onShare(drawn / limit);
      if (drawn === limit || rows.every(isFinished)) break;
      await gate();
      logits = await decoder.step(tokens);
    }
  } finally {
    decoder.dispose();
  }
  onShare(1);
}

const isFinished = ({ response, limit }: Row) => response.ended || response.ids.length === limit;

/** Draws the row's next token and records it; finished rows repeat their last token, and nobody reads what follows. */
function drawToken(row: Row, logits: Float32Array, settings: GenerateArguments['settings']): number {
  const { response, promptIds, random } = row;
  if (isFinished(row)) return response.endTokenId ?? response.ids.at(-1)!;
  const token = sampleToken(logits, settings, [...promptIds, ...response.ids], random());
  recordToken(response, token, settings.endTokenIds.includes(token));
  return token;
}
