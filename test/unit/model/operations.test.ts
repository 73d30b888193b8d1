/** Operations counted from a model's shape against what the engine's own kernels state of themselves on a counting runtime. */
import { describe, expect, it } from 'vitest';
import {
  decodeOperations,
  forwardOperations,
  loraFactors,
  trainingOperations,
  type SequenceGroup,
} from '../../../src/model/operations';
import { countPieces, lengths, lora, origin, slots } from '../../bench/roofline/stages';
import { tinyLlama } from '../../support/tiny-llama';

const of = { config: tinyLlama, lora };
const { prompt, chosen, rejected } = lengths;
const piece = countPieces();

const group = (prefix: number, branches: number[], read: number | null = null): SequenceGroup => ({
  ...{ prefix, branches, read: read ?? branches.reduce((a, b) => a + b), logits: read === null },
});
const pair = group(prompt, [chosen, rejected]);
const long = group(1, [511, 511]);

describe('operations of TinyLlama', () => {
  const cases: [string, number, number][] = [
    ['an SFT pass', trainingOperations(of, group(prompt, [chosen]), 0), piece.sft.cost.flops],
    ['a reward pass', trainingOperations(of, group(prompt, [chosen, rejected], 2), 0), piece.reward.cost.flops],
    ['a DPO pass', trainingOperations(of, pair, 0), piece.dpo.cost.flops],
    ['a DPO pass over long responses', trainingOperations(of, long, 0), piece.longPair.cost.flops],
    ['the same with every block recomputed', trainingOperations(of, long, 1), piece.longPairRecomputed.cost.flops],
    ['a frozen pass', forwardOperations(of, pair), piece.reference.cost.flops],
    ['scores of two responses', forwardOperations(of, group(prompt, [128, 128], 2)), piece.score.cost.flops],
  ];
  it.each(cases)('of %s are what its kernels compute, within 3%%', (_, counted, stated) => {
    expect(Math.abs(counted / stated - 1)).toBeLessThan(0.03);
  });

  it('of a decoding step are what its kernels compute, within 3%', () => {
    // The kernels state attention to the whole capacity of the slots.
    const counted = slots * (decodeOperations(of, origin.maxLength, 1) - decodeOperations(of, 0, 0));
    expect(Math.abs(counted / piece.decode.cost.flops - 1)).toBeLessThan(0.03);
  });

  it('count the factors of LoRA, and two thirds of full training’s work with them', () => {
    expect(loraFactors(of)).toBe(4_505_600);
    const full = trainingOperations({ config: tinyLlama, lora: null }, pair, 0);
    expect(full / forwardOperations({ config: tinyLlama, lora: null }, pair)).toBeGreaterThan(3);
    expect(trainingOperations(of, pair, 0) / full).toBeCloseTo(2 / 3, 1);
  });
});
