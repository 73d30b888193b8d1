/**
 * `npm run demo:samples`: what the demo's base model answers to requests of its world, with gold scores: 20 responses to read,
 * and the means over all that were asked.
 */
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { decodeResponse } from '../../src/data/encode';
import { seededRandom, shuffle } from '../../src/data/seeded-random';
import type { GoldGrade } from '../../src/demo/gold-judge';
import { promptText } from '../../src/demo/preference-pairs';
import { requestsByKind } from '../../src/demo/world';
import { mean } from '../../src/evaluation/statistics';
import { readModelFolder } from '../../src/exchange/model-folder';
import { generateResponses } from '../../src/generation/generate';
import { openDevice } from '../../src/gpu/device';
import { createFusedModel } from '../../src/model/fused/fused-model';
import { startBackend } from '../../src/ops/backend';
import { openDawn } from '../../test/support/dawn';
import { projectRoot } from '../lib/paths.mjs';
import { goldOf, goldParts } from './gold';
import { folderFiles } from './model-files';

const shown = 20;

interface Sample {
  prompt: string;
  response: string;
  ended: boolean;
  grade: GoldGrade;
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { model: text, prompts: text, temperature: text, seed: text } });
  const seed = Number(values.seed ?? 42);
  const temperature = Number(values.temperature ?? 0.9);
  const requests = [...requestsByKind().values()].flat();
  const chosen = shuffle(requests, seededRandom(seed, 'samples')).slice(0, Number(values.prompts ?? 300));
  const prompts = chosen.map((request) => promptText(request));
  const samples = await sample(
    values.model ?? join(projectRoot, 'public', 'demo', 'model'),
    prompts,
    temperature,
    seed,
  );
  for (const { prompt, response, grade } of samples.slice(0, shown)) {
    console.log(`${grade.score.toFixed(2)}  ${prompt.replaceAll('\n\n', ' ').trim()}${response}`);
  }
  const average = (of: (one: Sample) => number) => mean(samples.map(of)).toFixed(3);
  const parts = goldParts.map((part) => `${part} ${average(({ grade }) => grade[part])}`).join(', ');
  const ended = average((one) => (one.ended ? 1 : 0));
  console.log(
    `\n${samples.length} prompts at temperature ${temperature}: gold ${average(({ grade }) => grade.score)} (${parts}), ended ${ended}`,
  );
  console.log(`gold by tenths: ${histogram(samples.map(({ grade }) => grade.score)).join(' ')}`);
}

async function sample(folder: string, prompts: string[], temperature: number, seed: number): Promise<Sample[]> {
  const { config, tokenizer, endTokenIds, loadWeights } = await readModelFolder(folderFiles(folder));
  const backend = await startBackend(await openDevice(openDawn('lavapipe')));
  const model = createFusedModel(backend.runtime, config, await loadWeights(), { software: backend.summary.software });
  const sampling = { temperature, topK: 0, topP: 1, repetitionPenalty: 1, samplesPerPrompt: 1 };
  const responses = await generateResponses({
    model,
    parameters: null,
    prompts: prompts.map((prompt) => tokenizer.encode(prompt, false)),
    settings: { ...sampling, maxNewTokens: 64, batchSize: 96, seed, endTokenIds },
    gate: () => Promise.resolve(),
    onProgress: () => {},
  });
  await backend.check();
  return responses.map(({ prompt, ids, ended }) => {
    const response = decodeResponse(ids, tokenizer);
    const asked = prompts[prompt] ?? '';
    return { prompt: asked, response, ended, grade: goldOf(asked, response) };
  });
}

function histogram(scores: readonly number[]): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const score of scores) counts[Math.min(9, Math.floor(score * 10))]! += 1;
  return counts;
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
