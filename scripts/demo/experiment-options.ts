/** The command line of `npm run demo:experiment`. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { recipePresets, recipeSchema, type Recipe } from '../../src/protocol/recipe';
import { cacheFolder, projectRoot } from '../lib/paths.mjs';

export interface ExperimentOptions {
  recipe: Recipe;
  seeds: number[];
  model: string;
  data: string;
  /** Artifacts of earlier experiments. */
  store: string;
  /** JSON file for the figures, or null. */
  out: string | null;
  /** Responses shown of each model. */
  samples: number;
}

export const usage = `usage: npm run demo:experiment -- [--recipe PRESET|FILE] [--seeds 42,43,44] [--set name=value ...]
  [--model DIR] [--data FILE] [--store DIR] [--out FILE] [--samples N]
--set changes a setting of the recipe; its value is JSON, e.g. --set dpoBeta=0.2 --set 'dpoEpochs=[2,1]'`;

/** @throws Error with what cannot be used */
export function readOptions(argv: string[]): ExperimentOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: argv,
    options: {
      ...{ recipe: text, seeds: text, model: text, data: text, store: text, out: text, samples: text },
      set: { type: 'string', multiple: true },
    },
  });
  const demo = join(projectRoot, 'public', 'demo');
  return {
    recipe: recipeOf(values.recipe ?? 'demo', values.set ?? []),
    seeds: (values.seeds ?? '42').split(',').map(Number),
    model: values.model ?? join(demo, 'model'),
    data: values.data ?? join(demo, 'data', 'preferences.jsonl'),
    store: values.store ?? join(cacheFolder, 'demo', 'artifacts'),
    out: values.out ?? null,
    samples: Number(values.samples ?? 0),
  };
}

function recipeOf(name: string, changes: readonly string[]): Recipe {
  const presets: Record<string, Recipe> = recipePresets;
  const base: unknown = existsSync(name) ? JSON.parse(readFileSync(name, 'utf8')) : presets[name];
  if (base === undefined) {
    throw new Error(
      `--recipe ${name}: no such preset or file. Presets: ${Object.keys(presets).join(', ')}.\n\n${usage}`,
    );
  }
  const set = changes.map((change) => {
    const at = change.indexOf('=');
    return [change.slice(0, at), JSON.parse(change.slice(at + 1))];
  });
  const checked = recipeSchema.safeParse({ ...Object(base), ...Object.fromEntries(set) });
  if (checked.success) return checked.data;
  throw new Error(checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
}
