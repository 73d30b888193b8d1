/** The one figure of a finished stage. */
import { expect, it } from 'vitest';
import type { StageKind } from '../../../src/protocol/run-state';
import { keyFigure } from '../../../src/ui/features/run/key-figure';

const cases: [StageKind, Record<string, number>, string][] = [
  ['sft', { perplexity: 1.5531 }, '1.55 perplexity'],
  ['reward', { accuracy: 0.9, held_out_accuracy: 0.65 }, '65.0% held-out accuracy'],
  ['reward', { accuracy: 0.9 }, '90.0% accuracy'],
  ['referee', { held_out_accuracy: 0.7 }, '70.0% held-out accuracy'],
  ['generate', { responses: 1200 }, '1,200 responses'],
  ['score', { pairs: 200, kept: 189 }, '189 of 200 pairs kept'],
  ['train', { 'rewards/accuracies': 0.766 }, '76.6% accuracy'],
  ['evaluate', { win_rate_against_sft: 0.75 }, '75.0% wins against SFT'],
];

it.each(cases)('%s', (kind, summary, text) => {
  const figure = keyFigure({ kind, summary });
  expect(`${figure?.value} ${figure?.label}`).toBe(text);
});

it('is missing before the stage has finished', () => {
  expect(keyFigure({ kind: 'train', summary: {} })).toBeNull();
});
