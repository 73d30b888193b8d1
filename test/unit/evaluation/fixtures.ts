/** Raw evaluation data of four models on 24 prompts, in which each model's rewards are known. */
import { seededRandom } from '../../../src/data/seeded-random';
import { requestsByKind } from '../../../src/demo/world';
import type { EvaluatedModel, EvaluationInput } from '../../../src/evaluation/build-results';

const names = ['base', 'sft', 'dpo_round1', 'dpo_round2'];
export const promptCount = 24;

function modelOf(name: string, index: number): EvaluatedModel {
  const random = seededRandom('fixture', name);
  return {
    name,
    responses: Array.from({ length: promptCount }, (_, i) => ({
      promptId: `p${i}`,
      text: `${name} says ${i}`,
      ids: Array.from({ length: 8 + 4 * index + Math.floor(8 * random()) }, () => Math.floor(50 * random())),
      ended: random() < 0.8,
      reward: index * 0.6 - 0.8 + 2 * random(),
      logpModel: -20 - random(),
      logpSft: index < 1 ? null : -20 - random() - 3 * Math.max(0, index - 1),
    })),
    heldOutPairs: Array.from({ length: 12 }, () => {
      const [chosen, rejected] = [-30 * random(), -30 * random()];
      const near = (lead: number) => ({ chosen: chosen - lead * random(), rejected: rejected + lead * random() });
      return { chosen, rejected, reference: index > 0 ? near(1) : null, sft: index > 1 ? near(2) : null };
    }),
  };
}

export function evaluationInput(change: Partial<EvaluationInput> = {}): EvaluationInput {
  return {
    models: names.map(modelOf),
    prompts: Array.from({ length: promptCount }, (_, i) => ({ id: `p${i}`, text: `Prompt ${i}` })),
    seed: 42,
    beta: 0.1,
    bootstrapSamples: 200,
    decoding: { temperature: 0.7, topK: 0, topP: 0.95, repetitionPenalty: 1, maxNewTokens: 40 },
    ...change,
  };
}

/** Requests of the demo's world with a known right answer in words, one a kind. */
export const demoRequests = [...requestsByKind().values()]
  .flatMap((requests) =>
    requests.filter(({ right, answer }) => right.length > 0 && answer.type !== 'decline').slice(0, 2),
  )
  .slice(0, promptCount);

const goodAnswer = (i: number) => ` ${demoRequests[i]?.right[0]} I hope that helps.`;

/**
 * The same rewards, on the demo's prompts. `good` says for each model in order to what share of the prompts it gives a right
 * and polite answer; to the others it is rude.
 */
export function demoInput(good: readonly number[] = [0.1, 0.4, 0.8, 1]): EvaluationInput {
  const input = evaluationInput();
  input.prompts = demoRequests.map(({ text }, i) => ({ id: `p${i}`, text: `\n\nHuman: ${text}\n\nAssistant:` }));
  input.models.forEach(({ responses }, of) =>
    responses.forEach((response, i) => {
      response.text = i < (good[of] ?? 0) * promptCount ? goodAnswer(i) : ' Who cares about that?';
    }),
  );
  return input;
}
