/** Metrics and summary figures for people: labels, units, digits that say something, and hints. */
import { expect, it } from 'vitest';
import { summaryFigure } from '../../../src/ui/features/run/stage-summary';
import { formatMetric, metricName } from '../../../src/ui/primitives/metric-names';

const formats: [string, number, string][] = [
  ['loss', Math.LN2, '0.6931'],
  ['rewards/margins', -2.21409e-9, '≈ 0'],
  ['rewards/margins', 0, '0'],
  ['logps/chosen', -231.5349, '−231.5'],
  ['rewards/accuracies', 0.765625, '76.6%'],
  ['end_rate', 0.996875, '99.7%'],
  ['tokens_per_second', 1234.56, '1,235'],
  ['tokens_per_second', 12.345, '12.3'],
  ['learning_rate', 2.5e-6, '2.5e-6'],
  ['grad_norm', 1.23456e-7, '1.235e-7'],
  ['length_coefficient', -0.019_099_4, '−0.0191'],
  ['tokens', 12_345, '12,345'],
  ['loss', Number.NaN, 'NaN'],
];

it.each(formats)('%s %d is written %s', (name, value, text) => {
  expect(formatMetric(name, value)).toBe(text);
});

it('names say what a figure is, with its unit and its entry in the glossary', () => {
  expect(metricName('tokens_per_second')).toMatchObject({
    label: 'Speed',
    unit: 'tokens/s',
    help: 'tokens_per_second',
  });
  expect(metricName('held_out_accuracy')).toMatchObject({
    label: 'Accuracy on held-out pairs',
    help: 'held_out_accuracy',
  });
  expect(metricName('mean_length')).toMatchObject({ unit: 'tokens', help: 'response_length' });
  expect(metricName('dropped_near-identical').label).toBe('Dropped: nearly identical responses');
  expect(metricName('of_a_later_version')).toMatchObject({ label: 'of a later version', unit: '', help: null });
});

it('figures of an evaluation name their model, and are written as its scores are', () => {
  const gold = { label: 'Gold score of DPO round 1', help: 'gold', text: '0.714' };
  expect(summaryFigure('gold_dpo_round1', 0.714_28)).toMatchObject(gold);
  expect(summaryFigure('reward_sft', -0.01)).toMatchObject({ label: 'Reward of SFT', text: '−0.010' });
  expect(summaryFigure('reward_std', 1.234_56)).toMatchObject({ label: 'Spread of rewards', text: '1.235' });
});
