/** Reward heads and full weights through export and import. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  exportFullWeights,
  exportRewardHead,
  importFullWeights,
  importRewardHead,
} from '../../../src/exchange/weights-files';
import { writeSafetensors } from '../../../src/exchange/safetensors';
import type { FullWeights, NamedTensor, RewardHead } from '../../../src/model/adapter-types';
import { weightSpecs } from '../../../src/model/weight-specs';
import { InputError } from '../../../src/protocol/errors';
import { gpt2Small } from '../model/configs';
import { golden, goldenBlob, goldenCases, goldenJson } from './golden-files';

function counting(shape: number[]): NamedTensor {
  return { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 7) };
}

function head(hiddenSize: number): RewardHead {
  return new Map([
    ['0.weight', counting([512, hiddenSize])],
    ['0.bias', counting([512])],
    ['3.weight', counting([1, 512])],
    ['3.bias', counting([1])],
  ]);
}

async function refusal(changed: RewardHead): Promise<string> {
  const error: unknown = await importRewardHead(new Blob([writeSafetensors(changed)]), 3).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error instanceof Error ? error.message : '';
}

describe('reward head', () => {
  it('comes back as it was, in its order', async () => {
    const again = await importRewardHead(new Blob([exportRewardHead(head(3))]), 3);
    expect(again).toEqual(head(3));
    expect([...again.keys()]).toEqual(['0.weight', '0.bias', '3.weight', '3.bias']);
  });

  it('is refused when it does not fit', async () => {
    expect(await refusal(head(4))).toContain('tensor "0.weight" has shape [512, 4]; expected [512, 3]');
    expect(await refusal(new Map([...head(3)].slice(1)))).toContain('tensor "0.weight" [512, 3] is missing');
    expect(await refusal(new Map([...head(3), ['5.bias', counting([1])]]))).toContain('tensor "5.bias"');
    const infinite = { shape: [1], data: Float32Array.of(Infinity) };
    expect(await refusal(new Map([...head(3), ['3.bias', infinite]]))).toContain('not finite');
  });

  const cases = goldenCases.filter((name) => existsSync(golden(`${name}/reward_head_final.safetensors`)));
  it.skipIf(cases.length === 0)('has the bytes of the golden ones', async () => {
    for (const name of cases) {
      const json = goldenJson(`${name}/config.json`);
      const path = `${name}/reward_head_final.safetensors`;
      const read = await importRewardHead(goldenBlob(path), Number(json['hidden_size'] ?? json['n_embd']));
      expect(Buffer.compare(Buffer.from(exportRewardHead(read)), readFileSync(golden(path))), name).toBe(0);
    }
  });
});

describe('full weights', () => {
  const config = {
    ...gpt2Small,
    vocabSize: 5,
    hiddenSize: 4,
    intermediateSize: 6,
    heads: 2,
    layers: 1,
    contextLength: 3,
  };
  const tensors = new Map(weightSpecs(config).map(({ name, shape }) => [name, counting(shape)]));
  const set: FullWeights = { kind: 'full', tensors };

  it('come back as they were', async () => {
    expect(await importFullWeights(new Blob([exportFullWeights(set)]), config)).toEqual(set);
  });

  it('are refused when a tensor is missing', async () => {
    const fewer: FullWeights = { kind: 'full', tensors: new Map([...tensors].slice(1)) };
    await expect(importFullWeights(new Blob([exportFullWeights(fewer)]), config)).rejects.toThrow(
      'transformer.wte.weight',
    );
  });
});
