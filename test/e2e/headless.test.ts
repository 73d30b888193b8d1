/**
 * `npm run headless` from the outside, as a person at a terminal has it: a whole tiny run, a cancelled and a killed one that are continued,
 * and input that cannot be used. The model is one of the golden cases; what the figures are worth is not the matter here.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipePresets } from '../../src/protocol/recipe';
import { mirrorModel, openMirror } from '../support/hub-mirror';
import { describeWith } from '../support/needs';

const model = join('test', 'fixtures', 'golden', 'llama-tiny');
const recipe = {
  ...recipePresets.smoke,
  ...{ name: 'tiny', rounds: 1, trainPairs: 8, heldOutPairs: 2, heldOutPrompts: 2, maxLength: 96, batchSize: 4 },
  ...{ microBatchSize: 4, sftEpochs: 1, rewardEpochs: 30, dpoEpochs: [30], promptsPerRound: [2], samplesPerPrompt: 2 },
  ...{ maxNewTokens: 6, pairMinMargin: 0, evalBootstrapSamples: 20, warmupRatio: 0 },
};

let folder: string;
const running = new Set<ChildProcess>();

interface Outcome {
  code: number | null;
  text: string;
}

/** Starts the command; `until` resolves when the output matches, `end` when the command ends. */
function headless(out: string, more: string[] = [], data = join(folder, 'pairs.jsonl'), token = '') {
  const inputs = ['--model', model, '--data', data, '--recipe', join(folder, 'tiny.json'), '--out', join(folder, out)];
  const child = spawn(process.execPath, ['scripts/headless.mjs', ...inputs, '--adapter', 'lavapipe', ...more], {
    env: { ...process.env, HF_TOKEN: token },
  });
  running.add(child);
  let text = '';
  const heard = (part: Buffer) => (text += part.toString());
  child.stdout.on('data', heard);
  child.stderr.on('data', heard);
  const end = new Promise<Outcome>((resolve) => child.on('close', (code) => resolve({ code, text })));
  const until = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const check = () => pattern.test(text) && resolve();
      child.stdout.on('data', check);
      void end.then(() => reject(new Error(`ended before ${pattern}:\n${text}`)));
    });
  void end.then(() => running.delete(child));
  return { child, end, until };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'whetstone-headless-'));
  const line = (index: number) => {
    const prompt = `\n\nHuman: say ${'abcdefghijklmnop'[index % 16]}${index}\n\nAssistant:`;
    return JSON.stringify({ chosen: `${prompt} yes ${index}`, rejected: `${prompt} no, not ${index}` });
  };
  writeFileSync(join(folder, 'pairs.jsonl'), Array.from({ length: 24 }, (_, index) => line(index)).join('\n'));
  writeFileSync(join(folder, 'broken.jsonl'), 'not json\n{"chosen": 1}\n');
  writeFileSync(join(folder, 'tiny.json'), JSON.stringify(recipe));
});

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const readOutput = (out: string, path: string) => readFileSync(join(folder, out, path));

describeWith(['chromium'], 'npm run headless', () => {
  describe('a whole run', () => {
    let outcome: Outcome;
    beforeAll(async () => {
      outcome = await headless('whole').end;
    }, 480_000);

    it('ends with code 0 and names the software adapter loudly', () => {
      expect(outcome.text).toContain('Finished. Outputs are in');
      expect(outcome.code).toBe(0);
      expect(outcome.text).toContain('SOFTWARE adapter');
      expect(outcome.text).toMatch(/^round1\.train: \d+\/\d+ steps/m);
    });

    it('leaves every output of the method', () => {
      const adapters = ['sft_model', 'reward_model', 'dpo_round1'];
      const files = adapters.flatMap((name) => [`${name}/adapter_config.json`, `${name}/adapter_model.safetensors`]);
      const plots = ['reward_comparison', 'reward_distributions', 'improvement_trajectory'];
      const others = ['reward_model/reward_head.safetensors', 'synthetic_preferences.json', 'evaluation_results.json'];
      const expected = [...files, ...others, ...plots.map((name) => `plots/${name}.png`), 'run.json'];
      expect(expected.filter((path) => !existsSync(join(folder, 'whole', path)))).toEqual([]);
      expect(JSON.parse(readOutput('whole', 'run.json').toString()).recipe).toEqual(recipe);
      expect(readOutput('whole', 'plots/reward_comparison.png').subarray(1, 4).toString()).toBe('PNG');
    });

    it('is found finished by the same command, and another recipe is refused', async () => {
      const again = await headless('whole').end;
      expect([again.code, again.text.includes('Finished')]).toEqual([0, true]);
      const other = await headless('whole', ['--seed', '7']).end;
      expect(other.code).toBe(1);
      expect(other.text).toContain('--out holds a run with another model, data set or recipe');
    });

    it('gives the same adapters when it was cancelled, then killed, and continued twice', async () => {
      const cancelled = headless('cut');
      await cancelled.until(/^reward: \d+\/\d+/m);
      cancelled.child.kill('SIGINT');
      const first = await cancelled.end;
      expect([first.code, first.text.includes('Cancelled.')]).toEqual([130, true]);

      const killed = headless('cut');
      await killed.until(/^round1\.train: \d+\/\d+ steps/m);
      killed.child.kill('SIGKILL');
      await killed.end;
      // The browser notices that its parent is gone; it needs a moment to let go of the profile.
      await new Promise((resolve) => setTimeout(resolve, 5000));

      const last = await headless('cut').end;
      expect(last.text).toContain('Continuing the run of');
      expect(last.code).toBe(0);
      for (const name of ['sft_model', 'reward_model', 'dpo_round1']) {
        const path = `${name}/adapter_model.safetensors`;
        expect(readOutput('cut', path).equals(readOutput('whole', path)), path).toBe(true);
      }
    });
  });

  it('downloads a model of the Hub, with the token of the environment, before it looks at the data', async () => {
    const mirror = await openMirror();
    mirror.models.set('tiny/gated', mirrorModel(model, { token: 'hf_secret' }));
    const hub = ['--model', 'tiny/gated', '--hub-endpoint', mirror.endpoint];
    try {
      const refused = await headless('hub', hub, join(folder, 'broken.jsonl')).end;
      expect([refused.code, refused.text]).toEqual([1, expect.stringContaining('is gated')]);
      const { code, text } = await headless('hub', hub, join(folder, 'broken.jsonl'), 'hf_secret').end;
      expect(text).toContain('Looking up tiny/gated');
      expect(text).toContain('Model: tiny/gated, llama');
      expect(text).not.toContain('hf_secret');
      expect([code, /broken\.jsonl/.test(text)]).toEqual([1, true]);
    } finally {
      await mirror.close();
    }
  });

  it('ends with code 1 and the reason when the data cannot be used', async () => {
    const { code, text } = await headless('bad', [], join(folder, 'broken.jsonl')).end;
    expect(code).toBe(1);
    expect(text).toMatch(/broken\.jsonl/);
    expect(text).not.toMatch(/\n\s+at /);
  });
});
