/** What the Evaluate tab computes for its charts and tables: numbers as text, names, outlines, places of labels. */
import { describe, expect, it } from 'vitest';
import { binsOf, outlineOf } from '../../../src/ui/charts/histogram-outline';
import { labelSide } from '../../../src/ui/features/evaluation/kl-points';
import { modelTick, withModelTitles } from '../../../src/ui/features/evaluation/model-names';
import { scoreText, shareText, signed, withInterval } from '../../../src/ui/features/evaluation/score-format';
import { figureHelp } from '../../../src/ui/features/run/key-figure';
import { glossary } from '../../../src/ui/primitives/glossary';
import { conversation } from '../../../src/ui/primitives/prompt-text';
import { stageTitle } from '../../../src/ui/primitives/stage-title';

describe('numbers', () => {
  it('scores have three decimals and a true minus sign', () => {
    expect([0.36568261166103183, -1.27, -0.0001, 0].map(scoreText)).toEqual(['0.366', '−1.270', '0.000', '0.000']);
    expect([0.0411, -0.02].map(signed)).toEqual(['+0.041', '−0.020']);
    expect(withInterval(0.534, { low: -0.5, high: 0.5561 })).toBe('0.534 [−0.500, 0.556]');
  });

  it('win rates are percent', () => {
    expect(shareText(0.5344789558248583, { low: 0.45, high: 0.61 })).toBe('53.4% [45.0%, 61.0%]');
  });
});

describe('names', () => {
  it('of models are short on axes, and told as elsewhere in a warning of the evaluation', () => {
    expect(['base', 'sft', 'dpo_round2'].map(modelTick)).toEqual(['Base', 'SFT', 'Round 2']);
    expect(withModelTitles('from sft to dpo_round12 the reward rose')).toBe('from SFT to DPO round 12 the reward rose');
  });

  it('of stages start with a capital, those of rounds too', () => {
    expect(['sft', 'round2.train'].map(stageTitle)).toEqual(['Supervised fine-tuning', 'Round 2, DPO training']);
  });
});

describe('histograms', () => {
  const bins = binsOf([-1, 0, 1, 2], [[3, 5, 1]]);
  const outline = outlineOf(bins);

  it('draw every bin in its full width', () => {
    expect(outline[0]?.at).toBeCloseTo(-1, 3);
    expect(outline.at(-1)?.at).toBeCloseTo(2, 3);
    expect(outline.map(({ counts }) => counts[0])).toEqual([3, 3, 3, 5, 5, 5, 1, 1, 1]);
  });

  it('tell of the bin that the pointer is in', () => {
    for (const at of [-0.99, -0.5, -0.01, 0.01, 0.7, 1.99]) {
      const nearest = outline.toSorted((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0];
      expect(nearest?.low).toBe(Math.floor(at));
    }
  });
});

it('a point’s name stays off the line: below where it rises to the right, above where it falls, else beside', () => {
  const rows = [
    { kl: 0, mean: 1 },
    { kl: 1, mean: 2 },
    { kl: 2, mean: 0 },
  ];
  expect(rows.map((_, index) => labelSide(rows, index))).toEqual(['below', 'above', 'beside']);
});

it('an opened prompt shows what was said: one request without the transcript’s marks, a conversation with its turns', () => {
  expect(conversation('\n\nHuman: Which is bigger?\n\nAssistant:')).toBe('Which is bigger?');
  expect(conversation('\n\nHuman: Hi\n\nAssistant: Yes?\n\nHuman: Which?\n\nAssistant:')).toBe(
    'Human: Hi\n\nAssistant: Yes?\n\nHuman: Which?',
  );
  expect(conversation('Plain text')).toBe('Plain text');
});

it('key figures of the loop say what they mean', () => {
  expect(figureHelp({ value: '54%', label: 'wins against SFT' })).toBe(glossary['win_rate']);
  expect(figureHelp({ value: '96 of 100', label: 'pairs kept' })).toBe(glossary['pairs_kept']);
  expect(figureHelp({ value: '100', label: 'responses' })).toBeUndefined();
});
