/** Runs side by side: the settings that differ, their figures by round, and their curves laid over each other. */
import { describe, expect, it } from 'vitest';
import { recipePresets } from '../../../src/protocol/recipe';
import { createCurve } from '../../../src/store/curve';
import { defaultSettings } from '../../../src/ui/charts/chart-settings';
import { layoutPlot } from '../../../src/ui/charts/plot-layout';
import { readoutAt } from '../../../src/ui/charts/readout';
import { recipeDifferences } from '../../../src/ui/features/compare/recipe-differences';
import { comparedStages, curveGroup, curveMeasures, mergedCurve } from '../../../src/ui/features/compare/run-curves';
import { distinctNames, runLine } from '../../../src/ui/features/compare/run-lines';
import { runSeries, seriesPoints } from '../../../src/ui/features/compare/run-series';
import { seriesCsv, verticalAxis } from '../../../src/ui/features/compare/series-chart';
import { groupTitle } from '../../../src/ui/features/setup/recipe-fields';
import { runOf, stageOf } from '../store/fixtures';
import { better, evaluatedModel, evaluation, sft } from './evaluations';

it('settings that differ are told apart by their group, in the form’s words', () => {
  const { demo } = recipePresets;
  const other = { ...demo, name: 'other', dpoBeta: 0.1, sftLearningRate: 2e-3, rewardLearningRate: 1e-3 };
  const differences = recipeDifferences([demo, { ...other, loraTargets: ['q'], temperatures: [0.9, 0.8] }]);
  const texts = differences.map(({ field, values }) => [groupTitle(field), ...values]);
  expect(texts).toEqual([
    ['Trained parameters', 'default', 'q'],
    ['Supervised fine-tuning', '3e-4', '2e-3'],
    ['Reward model', '5e-4', '1e-3'],
    ['DPO training', String(demo.dpoBeta), '0.1'],
    ['Generation', '0.9', '0.9, 0.8'],
  ]);
});

it('names of runs are all different', () => {
  const named = (...names: string[]) => distinctNames(names.map((name) => ({ name })));
  expect(named('a', 'b', 'a')).toEqual(['a (1)', 'b', 'a (3)']);
  expect(named('a', 'a', 'a (2)')).toEqual(['1. a', '2. a', '3. a (2)']);
});

describe('figures by round', () => {
  const runs = [{ evaluation: better }, { evaluation: null }, { evaluation: evaluation(sft) }];
  const rows = runSeries(runs, 'winRate');
  const interval = { low: 0.1, high: 0.9 };

  it('are lined up, with their intervals', () => {
    expect(rows).toEqual([
      { round: 0, values: [{ value: 0.5, interval: null }, null, { value: 0.5, interval: null }] },
      { round: 1, values: [{ value: 0.8, interval }, null, null] },
      { round: 2, values: [{ value: 0.7, interval }, null, null] },
    ]);
    expect(runSeries(runs, 'reward')[1]?.values[0]).toEqual({ value: 0.9, interval: { low: 0.9 - 1, high: 1.9 } });
  });

  it('stand a little apart, so that intervals of runs do not lie on each other', () => {
    const places = [0, 1, 2].map((run) => seriesPoints(rows, run, 3).map(({ place }) => Number(place.toFixed(3))));
    expect(places).toEqual([[-0.07, 0.93, 1.93], [], [0.07]]);
    const reach = seriesPoints(rows, 0, 3).map((point) => point.reach?.map((arm) => Number(arm.toFixed(3))));
    expect(reach).toEqual([undefined, [0.7, 0.1], [0.6, 0.2]]);
  });

  it('have an axis of round numbers with room at its ends, but within what is possible', () => {
    const of = (...rates: number[]) =>
      verticalAxis('winRate', [{ round: 1, values: rates.map((value) => ({ value, interval: null })) }]);
    expect(of(0.585).ticks).toEqual([0.48, 0.5, 0.52, 0.54, 0.56, 0.58, 0.6]);
    expect(of(0.585).domain).toEqual([0.48, 0.6]);
    expect(of(0, 1).domain).toEqual([0, 1]);
  });

  it('are saved with a column a run, and its interval where it has one', () => {
    const lines = seriesCsv(rows, ['a', 'b', 'c']).trimEnd().split('\r\n');
    expect(lines).toEqual(['round,a,a low,a high,b,c', '0,0.5,,,,0.5', '1,0.8,0.1,0.9,,', '2,0.7,0.1,0.9,,']);
  });

  it('leave out rounds that no run was evaluated after', () => {
    expect(runSeries([{ evaluation: evaluation(evaluatedModel('dpo_round3', 1, 0.6)) }], 'winRate')).toHaveLength(1);
  });
});

describe('curves', () => {
  const curveOf = (metric: string, values: readonly (readonly [step: number, value: number])[]) => {
    const curve = createCurve(10);
    curve.append(values.map(([step, value]) => ({ step, values: { [metric]: value } })));
    return curve;
  };
  const names = ['long', 'none', 'short'];
  const [loss, margin] = curveMeasures;
  const long = curveOf('loss', [
    [1, 3],
    [2, 2],
    [4, 1],
  ]);
  const short = curveOf('loss', [
    [1, 5],
    [3, 4],
  ]);

  it('of stages that train and have any are offered, in the order in which they run', () => {
    const stage = (id: string, kind: 'sft' | 'reward' | 'train' | 'score', round = 0) => stageOf({ id, kind, round });
    const first = [stage('sft', 'sft'), stage('round2.train', 'train', 2), stage('round1.train', 'train', 1)];
    const second = [stage('reward', 'reward'), stage('round1.score', 'score', 1)];
    const runs = [runOf({ id: 'a', stages: first }), runOf({ id: 'b', stages: second })];
    const found = (without: string) => comparedStages(runs, (_, id) => id !== without).map(({ id }) => id);
    expect(found('')).toEqual(['sft', 'reward', 'round1.train', 'round2.train']);
    expect(found('reward')).toEqual(['sft', 'round1.train', 'round2.train']);
  });

  it('of one measure become one with a line a run, at the steps of any of them', () => {
    const merged = mergedCurve(loss!, [long, null, short], names);
    expect(merged?.curve.toPoints()).toEqual([
      { step: 1, values: { long: 3, short: 5 } },
      { step: 2, values: { long: 2 } },
      { step: 3, values: { short: 4 } },
      { step: 4, values: { long: 1 } },
    ]);
    expect(mergedCurve(margin!, [long, null, short], names)).toBeNull();
    expect(mergedCurve(margin!, [curveOf('margin', [[1, 9]])], ['a'])).toMatchObject({ metric: 'margin' });
  });

  it('are drawn whole, in each run’s own look, and of a run that ended before a step its last value is said', () => {
    const merged = mergedCurve(loss!, [long, null, short], names)!;
    const group = curveGroup(loss!, merged, names);
    expect(group).toMatchObject({ title: 'Loss', metric: 'loss' });
    const area = { left: 0, right: 100, top: 0, bottom: 50 };
    const { paths } = layoutPlot({
      group,
      curve: merged.curve,
      earlier: [],
      settings: defaultSettings,
      zoom: null,
      area,
    });
    expect(paths.map(({ key, color, dash }) => [key, color, dash])).toEqual(
      [0, 2].map((run) => [names[run], runLine(run).color, runLine(run).dash]),
    );
    // The longer run's line goes over the step that only the other has.
    expect(paths.map(({ d }) => d.split('L').length)).toEqual([3, 2]);
    const told = (step: number) =>
      readoutAt(group, merged.curve, [], defaultSettings, step).map(({ label, value }) => [label, value]);
    expect(told(3)).toEqual([
      ['long', null],
      ['short', 4],
    ]);
    expect(told(4)).toEqual([
      ['long', 1],
      ['short, last', 4],
    ]);
  });
});
