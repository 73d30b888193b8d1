/**
 * The benchmark's own parts at toy size: the order of a comparison, its agreement checks, the counts, and the GGUF file.
 * No figure of it means anything. jax-js and llama.cpp are left out: compiling jax-js's kernels takes minutes on lavapipe.
 */
import { describe, expect, it } from 'vitest';
import type { DpoContender } from '../../bench/contender';
import { idsOfText, tokenText, writeGguf } from '../../bench/peers/gguf';
import { jaxMatmul } from '../../bench/peers/jax-matmul';
import { keepStockKernels } from '../../bench/peers/tfjs-backend';
import { tfjsDpo, withReference } from '../../bench/peers/tfjs-dpo';
import { tfjsMatmul } from '../../bench/peers/tfjs-matmul';
import { dpoSection } from '../../bench/sections/dpo';
import { matmulSection } from '../../bench/sections/matmul';
import { benchModel, randomPairs } from '../../bench/support/bench-model';
import { halfOf, valueOfHalf } from '../../bench/support/halves';
import { spreadOf } from '../../bench/support/paired';
import { formatRow, type BenchRow } from '../../bench/support/report';
import { openDawn } from '../../support/dawn';
import { describeWith } from '../../support/needs';

async function rowsOf(rows: AsyncGenerator<BenchRow>): Promise<BenchRow[]> {
  const all: BenchRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** Computes the same, but says another loss. */
function wrong(contender: DpoContender): DpoContender {
  return { ...contender, name: 'wrong', step: async () => 1.01 * (await contender.step()) };
}

describeWith(['lavapipe'], 'bench', () => {
  it('compares DPO steps, counts their work, and refuses a peer that computes something else', async () => {
    openDawn('lavapipe');
    keepStockKernels();
    const model = benchModel('toy');
    const pairs = await withReference(model, randomPairs(model.config, 1, 9, 5));
    const contenders = [tfjsDpo(false), tfjsDpo(true), wrong(tfjsDpo(false))];
    const rows = await rowsOf(dpoSection({ model, pairs, contenders, runs: 1 }));
    expect(rows.map(({ contender }) => contender)).toEqual(['tfjs, checkpointing', 'wrong', 'tfjs']);
    const [checkpointing, refused, base] = rows;
    expect(refused?.error).toMatch(/first loss is 0\.700\d* instead of ln 2/);
    expect(checkpointing?.error).toBeNull();
    expect(checkpointing?.ratio?.median).toBeGreaterThan(0);
    expect(checkpointing!.counts!.flops).toBeGreaterThan(1.2 * base!.counts!.flops);
    expect(checkpointing!.counts!.peakBytes).toBeLessThan(base!.counts!.peakBytes);
    expect(base!.more['first loss']).toBeCloseTo(Math.LN2, 4);
    expect(formatRow(base!)).toContain('dispatches');
  });

  it('compares products with jax-js', async () => {
    openDawn('lavapipe');
    Object.assign(globalThis.navigator, { userAgent: 'node' });
    const shape = { m: 8, k: 16, n: 8, transposed: true };
    const rows = await rowsOf(matmulSection({ shape, contenders: [tfjsMatmul(), jaxMatmul()], runs: 1 }));
    expect(rows.map(({ contender, error }) => [contender, error])).toEqual([
      ['jax-js', null],
      ['tfjs', null],
    ]);
  });
});

describe('bench parts', () => {
  it('rounds to fp16 and back', () => {
    expect([0, 1, -2.5, 65504, 2 ** -24, 1 / 3].map((value) => valueOfHalf(halfOf(value)))).toEqual([
      0,
      1,
      -2.5,
      65504,
      2 ** -24,
      0.333251953125,
    ]);
    expect(halfOf(1 + 2 ** -11)).toBe(halfOf(1)); // a tie goes to the even half
    expect(halfOf(1 + 3 * 2 ** -11)).toBe(halfOf(1 + 2 ** -9));
  });

  it('writes GGUF with every tensor, and texts that give the ids back', () => {
    const model = benchModel('toy');
    const file = writeGguf(model);
    const view = new DataView(file.buffer);
    expect(new TextDecoder().decode(file.subarray(0, 4))).toBe('GGUF');
    expect([view.getUint32(4, true), view.getUint32(8, true)]).toEqual([3, model.weights.size]);
    expect(idsOfText([5, 383].map(tokenText).join(''))).toEqual([5, 383]);
  });

  it('takes the median and the ends of runs', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1, 2, 3]).median).toBe(2.5);
  });
});
