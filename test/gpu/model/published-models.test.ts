/**
 * Published models with random weights on the fused engine: one block of each at its real width, with a vocabulary of 1,024 tokens so
 * that the test stays quick. The weights come as a stream of halves, as from a file. The smaller ones also on the definitions.
 */
import { expect, it } from 'vitest';
import type { NamedTensor } from '../../../src/model/adapter-types';
import type { ModelConfig } from '../../../src/model/config';
import { createDefinitionModel } from '../../../src/model/definition-model';
import { loadFusedModel } from '../../../src/model/fused/fused-model';
import { halfValue } from '../../../src/model/fused/half';
import { parseModelConfig } from '../../../src/model/parse-config';
import { weightSpecs } from '../../../src/model/weight-specs';
import type { WeightStream } from '../../../src/model/weight-stream';
import { randomIds, relativeError, useEngine } from '../../support/engine';
import { describeWith } from '../../support/needs';
import { publishedConfig, publishedParameters } from '../../support/published-configs';

/** Those whose definitions take little time on a software adapter. */
const compared = new Set(['smollm2-135m', 'qwen2.5-0.5b', 'qwen3-0.6b', 'gpt2']);

function oneBlock(name: string): ModelConfig {
  const config = parseModelConfig(publishedConfig(name), 'config.json');
  return { ...config, layers: 1, vocabSize: 1024, eosTokenIds: [0], bosTokenId: null };
}

/** Bits of halves of about 0.008 to 0.06 with either sign; norms about 1. Quick rather than normal. */
function randomHalves(size: number, seed: number, isNorm: boolean): Uint16Array {
  const halves = new Uint16Array(size);
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const bits = state >>> 8;
    halves[i] = isNorm ? 0x3c00 + (bits & 63) : ((bits & 1) << 15) | (0x2000 + ((bits >>> 1) % 0xc00));
  }
  return halves;
}

function* tensorsOf(config: ModelConfig) {
  for (const [i, { name, shape }] of weightSpecs(config).entries()) {
    const size = shape.reduce((product, n) => product * n, 1);
    yield { name, shape, halves: randomHalves(size, i + 1, /(norm|ln_\w+)\.weight$/.test(name)) };
  }
}

async function* streamOf(config: ModelConfig): WeightStream {
  for (const { name, halves } of tensorsOf(config)) yield { name, row: 0, values: halves };
}

function wholeOf(config: ModelConfig): Map<string, NamedTensor> {
  const tensors = new Map<string, NamedTensor>();
  for (const { name, shape, halves } of tensorsOf(config))
    tensors.set(name, { shape, data: Float32Array.from(halves, halfValue) });
  return tensors;
}

describeWith(['lavapipe'], 'published models', () => {
  const engine = useEngine();

  it.each(Object.keys(publishedParameters))('%s gives finite logits', async (name) => {
    const config = oneBlock(name);
    const { runtime } = engine().backend;
    const before = runtime.ledger.byCategory().weights ?? 0;
    const fused = await loadFusedModel(runtime, config, streamOf(config), { software: true });
    const prompts = [randomIds(config, 9, 'published', 1), randomIds(config, 3, 'published', 2)];
    const found = await fused.nextTokenLogits(null, prompts);
    for (const logits of found) {
      expect(logits.length).toBe(config.vocabSize);
      expect(logits.every(Number.isFinite)).toBe(true);
      expect(new Set(logits).size).toBeGreaterThan(500);
    }
    if (compared.has(name)) {
      const definition = createDefinitionModel(config, wholeOf(config));
      const wanted = await definition.nextTokenLogits(null, prompts);
      for (const [i, logits] of wanted.entries()) expect(relativeError(found[i]!, logits)).toBeLessThan(2e-5);
      definition.dispose();
    }
    fused.dispose();
    expect(runtime.ledger.byCategory().weights ?? 0).toBe(before);
  });
});
