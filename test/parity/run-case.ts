/** Runs the checks of one case; the same code in Node and in Chromium's worker. */
import { loadTokenizer } from '../../src/data/tokenizer';
import { openCase, readJson, type CaseSource, type Check, type CheckResult, type ReadFile } from './case';
import { checkGradients } from './checks/gradients';
import { checkGreedy, checkLogits, checkLogprobs, checkLora, checkSampling } from './checks/inference';
import { checkKto, checkLosses } from './checks/losses';
import { checkTokenizer } from './checks/text';
import { checkDpo, checkReward, checkSft } from './checks/training';
import type { EngineUnderTest } from './engines';
import type { Expected } from './expected';

const modelChecks: Record<string, Check> = {
  tokenizer: async function* ({ folder, expected }) {
    yield* checkTokenizer(folder.tokenizer, expected);
  },
  logits: checkLogits,
  logprobs: checkLogprobs,
  greedy: checkGreedy,
  sampling: checkSampling,
  lora: checkLora,
  gradients: checkGradients,
  sft: checkSft,
  reward: checkReward,
  dpo: checkDpo,
  losses: checkLosses,
  kto: checkKto,
};

const modelOnlyChecks = ['tokenizer', 'logits', 'logprobs', 'greedy', 'sampling'];

export const checkNames = Object.keys(modelChecks);

/** All comparisons of a case, as they come. */
export async function* runCase(
  source: CaseSource,
  expectedFrom: ReadFile,
  engine: EngineUnderTest,
  checks: readonly string[],
): AsyncGenerator<CheckResult> {
  if (!source.paths.includes('config.json')) {
    if (checks.includes('tokenizer')) yield* checkTokenizerOnly(source);
    return;
  }
  const parity = await openCase(source, expectedFrom, engine);
  // Another form of a case (such as shards) has no adapters of its own: only what needs the model alone is compared.
  const own = source.paths.includes('expected.json');
  for (const name of checks.filter((check) => own || modelOnlyChecks.includes(check))) {
    yield* modelChecks[name]!(parity);
    await engine.check();
  }
  parity.model.dispose();
  engine.backend.releaseUnused();
}

async function* checkTokenizerOnly({ read, paths }: CaseSource): AsyncGenerator<CheckResult> {
  const optional = async (path: string) => (paths.includes(path) ? readJson<unknown>(read, path) : undefined);
  const tokenizer = loadTokenizer({
    tokenizerJson: await readJson<unknown>(read, 'tokenizer.json'),
    tokenizerConfig: await optional('tokenizer_config.json'),
    specialTokensMap: await optional('special_tokens_map.json'),
  });
  yield* checkTokenizer(tokenizer, await readJson<Expected>(read, 'expected.json'));
}
