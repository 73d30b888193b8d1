/** Greedy decoding with 1 and with 16 slots: new tokens a second over all slots, prefill included. */
import type { BenchModel, Generated, GenerationContender } from '../contender';
import { requireSameIds } from '../support/agreement';
import { randomPrompts } from '../support/bench-model';
import type { BenchRow } from '../support/report';
import { compare, type Entry } from './compare';

export interface GenerationRun {
  model: BenchModel;
  slots: number;
  promptTokens: number;
  newTokens: number;
  /** The first that can run is the base. */
  contenders: readonly GenerationContender[];
  runs: number;
}

export function generationSection(run: GenerationRun): AsyncGenerator<BenchRow> {
  const { slots, promptTokens, newTokens, contenders, runs } = run;
  return compare({
    section: 'generation',
    what: `${slots} slots, ${promptTokens} + ${newTokens} tokens`,
    unit: 'tokens/s',
    runs,
    entries: contenders.map((contender) => entryOf(contender, run)),
    agree: (name, ids, base) => requireSameIds(name, ids, base, Math.min(4, newTokens)),
  });
}

function entryOf(
  contender: GenerationContender,
  { model, slots, promptTokens, newTokens }: GenerationRun,
): Entry<number[][]> {
  const prompts = randomPrompts(model.config, slots, promptTokens);
  const more: Record<string, number> = {};
  const generate = async (): Promise<Generated> => {
    const made = await contender.generate(prompts, newTokens);
    if (made.stepDispatches !== null) more['dispatches a step'] = made.stepDispatches;
    return made;
  };
  return {
    name: contender.name,
    prepare: async () => {
      await contender.prepare(model);
      return (await generate()).ids;
    },
    run: async () => (slots * newTokens) / (await generate()).seconds,
    counts: () => contender.counts(),
    more: () => more,
    dispose: () => contender.dispose(),
  };
}
