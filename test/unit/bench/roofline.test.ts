/** The roofline's counts against arithmetic done by hand, and its sums. */
import { describe, expect, it } from 'vitest';
import { demo, demoConfig, demoLengths, demoStages } from '../../bench/roofline/demo';
import { countPieces, lengths, origin, originStages, slots } from '../../bench/roofline/stages';
import { boundBy, dispatchCost, efficiency, noCost, plus, seconds, t4 } from '../../bench/roofline/t4';
import type { Dispatch } from '../../../src/gpu/kernel';
import { parameterCount } from '../../../src/model/weight-specs';
import { tinyLlama } from '../../support/tiny-llama';

const piece = countPieces();
const embedding = tinyLlama.vocabSize * tinyLlama.hiddenSize;
const inBlocks = parameterCount(tinyLlama) - 2 * embedding;
/** The o map and feed-forward of one block: in the last one, for the tokens read alone. */
const behindAttention = tinyLlama.hiddenSize * (tinyLlama.hiddenSize + 3 * tinyLlama.intermediateSize);

describe('counted work of TinyLlama', () => {
  it('is two operations a weight and token, with the prompt of a pair once and the head for responses only', () => {
    const { prompt, chosen, rejected } = lengths;
    const rows = chosen + rejected;
    // Unread: the prompt but for its last token, and both end tokens.
    const products = 2 * (inBlocks * (prompt + rows) - behindAttention * (prompt + 1) + embedding * rows);
    expect(piece.reference.cost.flops / products).toBeGreaterThan(1);
    expect(piece.reference.cost.flops / products).toBeLessThan(1.03);
    // Backward: the same once more, and the logits once more.
    expect(piece.dpo.cost.flops / (2 * products + 2 * embedding * rows)).toBeGreaterThan(1);
    expect(piece.dpo.cost.flops / (2 * products + 2 * embedding * rows)).toBeLessThan(1.05);
  });

  it('costs a third of a pass more when every block is recomputed', () => {
    const ratio = piece.longPairRecomputed.cost.flops / piece.longPair.cost.flops;
    expect(ratio).toBeGreaterThan(1.25);
    expect(ratio).toBeLessThan(1.5);
  });

  it('decodes by reading every weight and the whole cache once, in at most 12 dispatches a layer', () => {
    const { layers, kvHeads, headDim } = tinyLlama;
    const cache = 2 * layers * slots * origin.maxLength * kvHeads * headDim;
    const halves = 2 * (inBlocks + embedding + cache);
    expect(piece.decode.cost.bytes / halves).toBeGreaterThan(1);
    expect(piece.decode.cost.bytes / halves).toBeLessThan(1.08);
    expect(piece.decode.cost.dispatches).toBeLessThanOrEqual(12 * layers);
  });

  it('takes less time on a T4 than the origin for every stage it timed', () => {
    for (const { name, cost, originMinutes } of originStages(piece))
      if (originMinutes !== null) expect(seconds(cost) / 60, name).toBeLessThan(originMinutes);
  });
});

describe('the demo', () => {
  const stages = demoStages();
  const costOf = (name: string) => stages.find((stage) => stage.name === name)!.cost;
  const { prompt, chosen, rejected } = demoLengths;

  it('trains all weights: six operations a weight and token, two more for the frozen model', () => {
    const trained = demo.trainPairs + demo.promptsPerRound[0]!;
    const expected = (6 + 2) * parameterCount(demoConfig) * trained * (prompt + chosen + rejected);
    expect(costOf('round 1: DPO').flops / expected).toBeGreaterThan(0.8);
    expect(costOf('round 1: DPO').flops / expected).toBeLessThan(1.2);
  });

  it('spends its time on a T4 in starting dispatches', () => {
    for (const { name, cost } of stages) expect(boundBy(cost), name).toBe('starting dispatches');
  });
});

describe('the roofline', () => {
  const dispatch = (flops: number, bytes: number): Dispatch => ({
    kernel: { name: 'test', code: '', bindings: [], params: {} },
    buffers: [],
    params: {},
    workgroups: [1],
    flops,
    bytes,
  });

  it('takes the longer of arithmetic and memory, and adds the start', () => {
    const arithmetic = dispatchCost(dispatch(efficiency * t4.flops, 1));
    expect(seconds(arithmetic)).toBeCloseTo(1 + t4.dispatchSeconds, 9);
    expect(boundBy(arithmetic)).toBe('arithmetic');
    const memory = dispatchCost(dispatch(1, 2 * efficiency * t4.bytes));
    expect(seconds(memory)).toBeCloseTo(2 + t4.dispatchSeconds, 9);
    expect(boundBy(memory)).toBe('memory bandwidth');
    expect(boundBy(dispatchCost(dispatch(1, 1)))).toBe('starting dispatches');
    expect(seconds(plus(plus(noCost, arithmetic), memory, 10))).toBeCloseTo(21 + 11 * t4.dispatchSeconds, 6);
  });
});
