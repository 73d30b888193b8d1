/**
 * Sampling k responses a prompt, in batches with a KV cache. Random numbers depend on (seed, the prompt's ids, sample,
 * position) alone, so neither batch size nor order changes a response. Leaves out tokenisation and scoring.
 */
import { seededRandom } from '../data/seeded-random';
import { createDecoder } from '../model/decode';
import type { LanguageModel } from '../model/language-model';
import { InputError } from '../protocol/errors';
import { sampleToken, type SamplingSettings } from './sampling';

export interface GenerationSettings extends SamplingSettings {
  samplesPerPrompt: number;
  maxNewTokens: number;
  /** Sequences that are decoded side by side. */
  batchSize: number;
  seed: number;
  /** Any of these ends a response. */
  endTokenIds: number[];
}

export interface GeneratedResponse {
  /** Index into the prompts. */
  prompt: number;
  sample: number;
  /** Without the end token. */
  ids: number[];
  /** The end token that was drawn; null when the length limit came first. */
  endTokenId: number | null;
  ended: boolean;
}

export interface GenerateArguments {
  model: LanguageModel;
  /** Name of the parameter set, or null for the base model. */
  parameters: string | null;
  prompts: number[][];
  settings: GenerationSettings;
  gate: () => Promise<void>;
  onProgress(done: number, total: number): void;
}

interface Row {
  response: GeneratedResponse;
  promptIds: number[];
  /** Tokens it may get: the setting, or what the context leaves after this prompt. */
  limit: number;
  random: () => number;
}

/** Responses in order of prompt, then sample. @throws InputError when a prompt leaves no room for a response */
export async function generateResponses(args: GenerateArguments): Promise<GeneratedResponse[]> {
  const rows = planRows(args);
  // Rows of like length share a batch, so that little is padded.
  const byLength = rows.toSorted((a, b) => a.promptIds.length - b.promptIds.length);
  const { batchSize } = args.settings;
  for (let start = 0; start < byLength.length; start += batchSize) {
    const part = byLength.slice(start, start + batchSize);
    await generateBatch(args, part, (share) => args.onProgress(start + Math.floor(share * part.length), rows.length));
  }
  return rows.map(({ response }) => response);
}

function planRows({ model, prompts, settings }: GenerateArguments): Row[] {
  const seen = new Map<string, number>();
  return prompts.flatMap((promptIds, prompt) => {
    if (promptIds.length === 0)
      throw new InputError(`Prompt ${prompt + 1} has no tokens; a response needs at least one to start from.`);
    if (promptIds.length + 1 > model.config.contextLength) {
      throw new InputError(
        `Prompt ${prompt + 1} has ${promptIds.length} tokens; the model's context of ${model.config.contextLength} leaves no room.`,
      );
    }
    const text = promptIds.join(' ');
    // A prompt that occurs again gets samples of its own.
    const occurrence = seen.get(text) ?? 0;
    seen.set(text, occurrence + 1);
    return Array.from({ length: settings.samplesPerPrompt }, (_, sample) => ({
      response: { prompt, sample, ids: [], endTokenId: null, ended: false },
      promptIds,
      limit: Math.min(settings.maxNewTokens, model.config.contextLength - promptIds.length),
      random: seededRandom(settings.seed, 'sample', text, occurrence, sample),
    }));
  });
}

async function generateBatch(
  { model, parameters, settings, gate }: GenerateArguments,
  rows: Row[],
  onShare: (share: number) => void,
) {
  if (model.engine === 'fused') throw new Error('internal: generation by the fused engine is not built yet');
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
function drawToken(row: Row, logits: Float32Array, settings: GenerationSettings): number {
  const { response, promptIds, random } = row;
  if (isFinished(row)) return response.endTokenId ?? response.ids.at(-1)!;
  const token = sampleToken(logits, settings, [...promptIds, ...response.ids], random());
  if (settings.endTokenIds.includes(token)) {
    response.endTokenId = token;
    response.ended = true;
  } else {
    response.ids.push(token);
  }
  return token;
}
