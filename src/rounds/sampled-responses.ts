/**
 * Sampled responses in parts that survive a crash. Prompts are taken in order of length, so that those of one batch are
 * alike; the order and the cut into parts depend on prompts and recipe alone. Sampling itself is in src/generation.
 */
import { z } from 'zod';
import { generateResponses, type GenerationSettings } from '../generation/generate';
import { onceEach } from './once-each';
import type { RunContext } from './run-context';
import type { StageControls } from './stage-controls';

const responseSchema = z.object({ ids: z.array(z.number()), ended: z.boolean() });

/** A response without its end token. */
export type SampledResponse = z.infer<typeof responseSchema>;

export interface SamplingJob {
  context: RunContext;
  controls: StageControls;
  /** Unique in the stage. */
  name: string;
  /** Name of the parameter set on the GPU, null for the bare base. */
  parameters: string | null;
  prompts: number[][];
  settings: GenerationSettings;
  /** Responses of the stage that are done before these. */
  before: number;
}

/** `settings.samplesPerPrompt` responses to each prompt, [prompts][samples]. */
export async function sampledResponses(job: SamplingJob): Promise<SampledResponse[][]> {
  const { context, controls, name, parameters, prompts, settings } = job;
  const { samplesPerPrompt, batchSize } = settings;
  const perPart = Math.max(1, Math.floor((context.recipe.checkpointEvery * batchSize) / samplesPerPrompt));
  const parts = promptParts(prompts, perPart);
  const ofPrompt = z.array(responseSchema);
  const inOrder = await onceEach(controls, name, parts, ofPrompt, async (part, before) => {
    const start = job.before + before * samplesPerPrompt;
    const responses = await generateResponses({
      model: context.model,
      parameters,
      prompts: part.map((index) => prompts[index] ?? []),
      settings,
      gate: controls.gate,
      onProgress: (done) => controls.progress(start + done),
    });
    const byPrompt = part.map((): SampledResponse[] => []);
    for (const { prompt, ids, ended } of responses) byPrompt[prompt]?.push({ ids, ended });
    return byPrompt;
  });
  const places = parts.flat();
  const byPrompt = prompts.map((): SampledResponse[] => []);
  inOrder.forEach((responses, i) => (byPrompt[places[i] ?? 0] = responses));
  return byPrompt;
}

/** Indices of the prompts by length, in parts of `size`; equal prompts share a part, where each gets samples of its own. */
export function promptParts(prompts: readonly number[][], size: number): number[][] {
  const keyed = prompts.map((ids, index) => ({ index, length: ids.length, text: ids.join(' ') }));
  keyed.sort((a, b) => a.length - b.length || (a.text < b.text ? -1 : a.text > b.text ? 1 : a.index - b.index));
  const parts: number[][] = [];
  let last = '';
  for (const { index, text } of keyed) {
    const open = parts.at(-1);
    if (open && (open.length < size || text === last)) open.push(index);
    else parts.push([index]);
    last = text;
  }
  return parts;
}
