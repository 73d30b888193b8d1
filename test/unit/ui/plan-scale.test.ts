/** The bars of a memory plan: always to be seen, with the limits that are near as lines. */
import { describe, expect, it } from 'vitest';
import type { MemoryPlan } from '../../../src/protocol/memory-plan';
import { memoryLimits, planScale } from '../../../src/ui/features/setup/plan-scale';

const GB = 1e9;
const planOf = (bytes: number, budgetBytes = 4 * GB): MemoryPlan => ({
  ...{ budgetBytes, blocks: 4, refusal: null },
  stages: [bytes / 2, bytes].map((held) => ({
    ...{ kind: 'sft', bytes: held, byCategory: { weights: held }, keptBlocks: null },
  })),
});
const scaleOf = (bytes: number, maxBufferSize = 2 * GB) => {
  const plan = planOf(bytes);
  const { of, within, beyond } = planScale(plan, memoryLimits(plan, { maxBufferSize }));
  return { of, within: within.map(({ id }) => id), beyond: beyond.map(({ id }) => id) };
};

describe('the scale of a plan', () => {
  it('is the largest stage’s where all limits are far away', () => {
    expect(scaleOf(0.08 * GB)).toEqual({ of: 0.08 * GB, within: [], beyond: ['buffer', 'budget', 't4'] });
  });

  it('goes to the highest limit that leaves the bars a sixth of the width', () => {
    expect(scaleOf(GB)).toEqual({ of: 4 * GB * 1.03, within: ['buffer', 'budget'], beyond: ['t4'] });
    expect(scaleOf(2.5 * GB)).toEqual({ of: 15 * GB * 1.03, within: ['buffer', 'budget', 't4'], beyond: [] });
  });

  it('holds a stage that is over every limit', () => {
    expect(scaleOf(40 * GB)).toEqual({ of: 40 * GB, within: ['buffer', 'budget', 't4'], beyond: [] });
  });

  it('knows no buffer limit before the adapter is there', () => {
    expect(memoryLimits(planOf(GB), null).map(({ id }) => id)).toEqual(['budget', 't4']);
  });
});
