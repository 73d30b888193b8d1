/** A memory plan against the budget and a T4. */
import { expect, it } from 'vitest';
import { largestStage, memoryFit, t4Bytes } from '../../../src/store/memory-fit';
import type { MemoryPlan } from '../../../src/protocol/memory-plan';

const stage = (kind: 'sft' | 'train', bytes: number) => ({ kind, bytes, byCategory: {}, keptBlocks: null });
const plan: MemoryPlan = {
  budgetBytes: 12e9,
  stages: [stage('train', 9e9), stage('sft', 3e9)],
  blocks: 2,
  refusal: null,
};

it('takes the largest stage, whichever comes first, as a share of the limit', () => {
  expect(largestStage(plan)?.kind).toBe('train');
  expect(memoryFit(plan, t4Bytes)).toEqual({ share: 0.6, over: [] });
  expect(memoryFit(plan, 6e9)).toEqual({ share: 1.5, over: [plan.stages[0]] });
  expect(memoryFit(plan, 9e9).over).toEqual([]);
  expect(memoryFit({ ...plan, stages: [] }, 9e9)).toEqual({ share: 0, over: [] });
});
