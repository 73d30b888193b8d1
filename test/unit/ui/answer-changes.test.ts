/** The per-prompt table: which answers changed most for better or worse, and which of them are shown. */
import { describe, expect, it } from 'vitest';
import type { AnsweredPrompt } from '../../../src/protocol/evaluation';
import {
  changesOf,
  hasText,
  inComparisonOrder,
  inOrder,
  isKind,
  totalsOf,
  usualComparison,
  type ChangeOrder,
} from '../../../src/ui/features/evaluation/answer-changes';
import { judgesOf, mostIndependent } from '../../../src/ui/features/evaluation/judges';

/** One prompt, answered by SFT and round 1 with these rewards. */
const prompt = (id: string, sft: number, round1: number, more: { gold?: number | null } = {}): AnsweredPrompt => ({
  prompt_id: id,
  prompt: `\n\nHuman: Tell me about ${id}\n\nAssistant:`,
  responses: [
    { model: 'sft', text: `old ${id}`, tokens: 2, ended: true, reward: sft, gold: null, ...more },
    { model: 'dpo_round1', text: `New ${id}`, tokens: 2, ended: true, reward: round1, gold: null, ...more },
  ],
});

const prompts = [
  prompt('same', 0.5, 0.5),
  prompt('gain', 0, 2),
  prompt('loss', 1, -2),
  prompt('little', 0, 0.25),
  { ...prompt('unanswered', 0, 9), responses: prompt('unanswered', 0, 9).responses.slice(0, 1) },
];
const byReward = { model: 'dpo_round1', against: 'sft', judge: 'reward' } as const;
const changes = changesOf(prompts, byReward);
const ids = (order: ChangeOrder) => inOrder(changes, order).map((change) => change.prompt.prompt_id);

describe('changes between two models’ answers', () => {
  it('are the model’s score minus that of the other, and unknown where an answer is missing', () => {
    expect(changes.map(({ change }) => change)).toEqual([0, 2, -3, 0.25, null]);
    const back = changesOf(prompts, { ...byReward, model: 'sft', against: 'dpo_round1' });
    expect(back.map(({ change }) => change)).toEqual([0, -2, 3, -0.25, null]);
  });

  it('go by the judge that is asked', () => {
    const [answer] = changesOf([prompt('gold', 0, 5, { gold: 0.5 })], { ...byReward, judge: 'gold' });
    expect(answer?.change).toBe(0);
    expect(changesOf(prompts, { ...byReward, judge: 'referee' }).every(({ change }) => change === null)).toBe(true);
  });

  it('have the columns of the compared models first, the others in their order', () => {
    const models = ['base', 'sft', 'dpo_round1', 'dpo_round2'];
    const compared = { ...byReward, model: 'dpo_round2', against: 'sft' };
    expect(inComparisonOrder(models, compared)).toEqual(['dpo_round2', 'sft', 'base', 'dpo_round1']);
    expect(inComparisonOrder(['sft'], compared)).toEqual(['sft']);
  });

  it('come in the order that is asked, unknown ones last', () => {
    expect(ids('largest')).toEqual(['loss', 'gain', 'little', 'same', 'unanswered']);
    expect(ids('gains')).toEqual(['gain', 'little', 'same', 'loss', 'unanswered']);
    expect(ids('losses')).toEqual(['loss', 'same', 'little', 'gain', 'unanswered']);
    expect(ids('prompts')).toEqual(['same', 'gain', 'loss', 'little', 'unanswered']);
  });

  it('are counted, and filtered by gain and loss', () => {
    expect(totalsOf(changes)).toEqual({ gains: 2, losses: 1, equal: 1, mean: -0.1875 });
    expect(totalsOf([]).mean).toBeNull();
    const of = (kind: Parameters<typeof isKind>[1]) => changes.filter((change) => isKind(change, kind)).length;
    expect([of('all'), of('gains'), of('losses'), of('equal')]).toEqual([5, 2, 1, 1]);
  });

  it('are found by all words of prompt and shown answers', () => {
    const found = (text: string, models = ['sft', 'dpo_round1']) =>
      changes.filter((change) => hasText(change, text, models)).map((change) => change.prompt.prompt_id);
    expect(found('TELL gain')).toEqual(['gain']);
    expect(found('new', ['sft'])).toEqual([]);
    expect(found('new', ['dpo_round1'])).toHaveLength(4);
    expect(found('  ')).toHaveLength(5);
  });
});

describe('what is compared at first', () => {
  it('is the last model with SFT, or with the one before where there is no other', () => {
    const against = (...models: string[]) => usualComparison(models, 'reward').against;
    expect(against('base', 'sft', 'dpo_round1', 'dpo_round2')).toBe('sft');
    expect(against('base', 'sft')).toBe('base');
  });

  it('goes by the most independent judge that scored every answer', () => {
    const graded = [prompt('a', 0, 1, { gold: 0.5 }), prompt('b', 0, 1, { gold: 0.5 })];
    expect(mostIndependent(judgesOf(graded))).toBe('gold');
    expect(judgesOf([...graded, ...prompts])).toEqual(['reward']);
  });
});
