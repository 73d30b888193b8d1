/** The sampler against Hugging Face's kept distributions, a plain full-sort implementation, and its own statistics. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/data/seeded-random';
import { readSafetensors } from '../../../src/exchange/safetensors';
import type { SamplingSettings } from '../../../src/generation/sampling';
import { keptDistribution, sampleToken } from '../../../src/generation/sampling';

interface GoldenSampling {
  prompt: number;
  temperature: number;
  top_k: number;
  top_p: number;
  repetition_penalty?: number;
  ids: number[];
  probs: number[];
}
interface Expected {
  sampling?: GoldenSampling[];
  greedy: { rows: { prompt_ids: number[]; new_ids: number[] }[] };
}

const root = ['../shared/golden', 'test/fixtures/golden'].find((folder) => existsSync(folder)) ?? '';
const cases =
  root === '' ? [] : readdirSync(root).filter((name) => existsSync(join(root, name, 'expected.safetensors')));
const read = (name: string) => JSON.parse(readFileSync(join(root, name, 'expected.json'), 'utf8')) as Expected;
const settingsOf = (golden: GoldenSampling): SamplingSettings => ({
  temperature: golden.temperature,
  topK: golden.top_k,
  topP: golden.top_p,
  repetitionPenalty: golden.repetition_penalty ?? 1,
});

describe.skipIf(cases.length === 0)('golden sampling', () => {
  it.each(cases)('%s keeps the tokens and probabilities that HF keeps', async (name) => {
    const expected = read(name);
    const file = readFileSync(join(root, name, 'expected.safetensors'));
    const tensors = await readSafetensors(new Blob([Uint8Array.from(file)]), 'expected.safetensors');
    expect(expected.sampling?.length).toBeGreaterThan(0);
    for (const golden of expected.sampling ?? []) {
      const logits = tensors.get(`sample.logits.${golden.prompt}`)?.data ?? new Float32Array();
      const prompt = expected.greedy.rows[golden.prompt]?.prompt_ids ?? [];
      const kept = keptDistribution(logits, settingsOf(golden), prompt);
      expect([...kept.ids].sort((a, b) => a - b)).toEqual([...golden.ids].sort((a, b) => a - b));
      golden.ids.forEach((id, i) => {
        expect(kept.probs[kept.ids.indexOf(id)]).toBeCloseTo(golden.probs[i] ?? NaN, 5);
      });
      const greedy = { ...settingsOf(golden), temperature: 0, repetitionPenalty: 1 };
      expect(sampleToken(logits, greedy, [], 0.5)).toBe(expected.greedy.rows[golden.prompt]?.new_ids[0]);
    }
  });
});

/** The definition by a full sort, in float64, for distributions without ties. */
function bySorting(logits: Float32Array, settings: SamplingSettings, previous: number[]): Map<number, number> {
  const scores = [...logits].map((x, id) => {
    const scale = settings.repetitionPenalty;
    return (previous.includes(id) ? (x < 0 ? x * scale : x / scale) : x) / settings.temperature;
  });
  let order = scores.map((_, id) => id).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  if (settings.topK > 0) order = order.slice(0, settings.topK);
  const weights = order.map((id) => Math.exp((scores[id] ?? 0) - (scores[order[0] ?? 0] ?? 0)));
  const total = weights.reduce((sum, w) => sum + w, 0);
  let before = 0;
  const kept = order.filter((_, i) => {
    const keep = before < settings.topP * total;
    before += weights[i] ?? 0;
    return keep;
  });
  const mass = kept.reduce((sum, _, i) => sum + (weights[i] ?? 0), 0);
  return new Map(kept.map((id, i) => [id, (weights[i] ?? 0) / mass]));
}

function randomLogits(size: number, spread: number, ...keys: (string | number)[]): Float32Array {
  const random = seededRandom('logits', ...keys);
  return Float32Array.from({ length: size }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return spread * radius * Math.cos(2 * Math.PI * random());
  });
}

const plain: SamplingSettings = { temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1 };

describe('keptDistribution', () => {
  const random = seededRandom('settings');
  const trials = Array.from({ length: 60 }, (_, trial) => ({
    trial,
    spread: [0.01, 1, 4, 60][trial % 4] ?? 1,
    settings: {
      temperature: 0.3 + 1.5 * random(),
      topK: random() < 0.5 ? 0 : 1 + Math.floor(random() * 300),
      topP: random() < 0.3 ? 1 : 0.05 + 0.94 * random(),
      repetitionPenalty: random() < 0.5 ? 1 : 0.8 + random(),
    },
  }));

  it.each(trials)('equals the definition by sorting ($trial: spread $spread)', ({ trial, spread, settings }) => {
    const logits = randomLogits(1000, spread, trial);
    const previous = [3, 1, 4, 1, 5, 926, 535];
    const wanted = bySorting(logits, settings, previous);
    const kept = keptDistribution(logits, settings, previous);
    const significant = [...wanted].filter(([, p]) => p > 1e-12);
    expect(kept.ids.length).toBeGreaterThanOrEqual(significant.length);
    kept.ids.forEach((id, i) => expect(Math.abs((kept.probs[i] ?? NaN) - (wanted.get(id) ?? 0))).toBeLessThan(1e-5));
    for (const [id, p] of significant) expect(kept.ids.includes(id), `${id} with ${p}`).toBe(true);
    expect(kept.probs.every((p, i) => i === 0 || p <= (kept.probs[i - 1] ?? 0))).toBe(true);
    expect(kept.probs.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  });

  it('keeps ties at the k-th and the token that crosses p, at least one', () => {
    const logits = Float32Array.of(1, 3, 2, 2, 0, 2);
    expect([...keptDistribution(logits, { ...plain, topK: 2 }, []).ids]).toEqual([1, 2, 3, 5]);
    const even = new Float32Array(8);
    expect([...keptDistribution(even, { ...plain, topP: 0.5 }, []).ids]).toEqual([0, 1, 2, 3]);
    expect([...keptDistribution(even, { ...plain, topP: 0.51 }, []).ids]).toEqual([0, 1, 2, 3, 4]);
    expect([...keptDistribution(logits, { ...plain, topP: 1e-9 }, []).ids]).toEqual([1]);
  });

  it('never keeps a token with logit -Infinity', () => {
    const logits = Float32Array.of(-Infinity, 0, -Infinity, 1);
    expect([...keptDistribution(logits, { ...plain, topK: 3, topP: 0.99 }, []).ids]).toEqual([3, 1]);
  });
});

describe('sampleToken', () => {
  it('is greedy at temperature 0, lowest id on ties, after the repetition penalty', () => {
    const logits = Float32Array.of(-1, 2, 2, 1.5);
    expect(sampleToken(logits, { ...plain, temperature: 0 }, [], 0.9)).toBe(1);
    expect(sampleToken(logits, { ...plain, temperature: 0, repetitionPenalty: 2 }, [1, 2, 2], 0.9)).toBe(3);
    expect(keptDistribution(logits, { ...plain, temperature: 0 }, []).ids).toEqual(Int32Array.of(1));
  });

  it('refuses logits that are not numbers', () => {
    expect(() => sampleToken(Float32Array.of(0, NaN), plain, [], 0.5)).toThrow(/token 1/);
    expect(() => sampleToken(Float32Array.of(-Infinity), plain, [], 0.5)).toThrow(/finite/);
  });

  it('walks the kept tokens with the uniform, ends included', () => {
    const even = new Float32Array(4);
    expect([0, 0.24, 0.26, 0.74, 0.76, 1 - 2 ** -53].map((u) => sampleToken(even, plain, [], u))).toEqual([
      0, 0, 1, 2, 3, 3,
    ]);
  });

  it('draws each kept token as often as its probability says (chi-square)', () => {
    const logits = randomLogits(60, 1.2, 'chi');
    const settings = { temperature: 0.8, topK: 20, topP: 0.9, repetitionPenalty: 1.1 };
    const { ids, probs } = keptDistribution(logits, settings, [2, 7]);
    const draws = 40_000;
    const counts = new Map<number, number>();
    const random = seededRandom('draws');
    for (let i = 0; i < draws; i++) {
      const id = sampleToken(logits, settings, [2, 7], random());
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    expect([...counts.keys()].every((id) => ids.includes(id))).toBe(true);
    const statistic = ids.reduce((sum, id, i) => {
      const wanted = draws * (probs[i] ?? NaN);
      return sum + ((counts.get(id) ?? 0) - wanted) ** 2 / wanted;
    }, 0);
    const freedom = ids.length - 1;
    expect(freedom).toBeGreaterThan(5);
    // Wilson-Hilferty: the 99.99% point of chi-square.
    const limit = freedom * (1 - 2 / (9 * freedom) + 3.72 * Math.sqrt(2 / (9 * freedom))) ** 3;
    expect(statistic).toBeLessThan(limit);
  });
});
