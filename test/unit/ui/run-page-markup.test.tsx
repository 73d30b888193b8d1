/** What the Run page says of a run and its stages. Drawn without a browser: nothing is pressed, charts are told in words. */
import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { recipePresets } from '../../../src/protocol/recipe';
import type { RoundResponses, RoundScores } from '../../../src/protocol/pairs';
import type { RunState, StageKind, StageState } from '../../../src/protocol/run-state';
import { draftOf, importRecipe, parseDraft } from '../../../src/store/recipe-draft';
import type { RunTime } from '../../../src/store/run-time';
import { createStudioStore } from '../../../src/store/studio-store';
import { StudioProvider } from '../../../src/ui/app/studio-context';
import { LoopView } from '../../../src/ui/features/run/loop-view';
import { followed, ProgressView } from '../../../src/ui/features/run/progress-view';
import { recipeRows } from '../../../src/ui/features/run/recipe-rows';
import { ResponseCharts } from '../../../src/ui/features/run/response-figures';
import { RunTrouble } from '../../../src/ui/features/run/run-trouble';
import { ScoreCharts } from '../../../src/ui/features/run/score-figures';
import { SettingsView } from '../../../src/ui/features/run/settings-view';
import { StageDetail } from '../../../src/ui/features/run/stage-detail';
import { modelColor, stageColor } from '../../../src/ui/primitives/model-colors';
import { recipeJson } from '../../../src/ui/primitives/recipe-file';
import { modelSummary } from '../../support/stored-records';
import { emptyState } from '../client/fake-worker';
import { runOf, stageOf } from '../store/fixtures';

const store = createStudioStore();
// Without a browser React shows a store's initial state.
const studio = Object({ store: { ...store, getInitialState: store.getState }, commands: {} });
const markup = (node: ReactNode): string =>
  renderToStaticMarkup(
    <MantineProvider>
      <StudioProvider studio={studio}>{node}</StudioProvider>
    </MantineProvider>,
  );
const inRound = (kind: StageKind, changes: Partial<StageState> = {}) =>
  stageOf({ id: `round1.${kind}`, kind, round: 1, status: 'pending', ...changes });

describe('the loop', () => {
  const stages = [stageOf({ status: 'done' }), inRound('generate', { status: 'running' }), inRound('train')];
  const loop = (run: RunState, time: RunTime, following = true) =>
    markup(<LoopView run={run} advice={new Map()} shownId={undefined} following={following} time={time} />);
  const time = (train: number | null): RunTime => ({
    stages: new Map([['round1.train', train]]),
    total: train === null ? null : 30 + train,
  });

  it('says how long the run takes on and when it is done, and how long a stage that waits will take', () => {
    const html = loop(runOf({ stages }), time(360));
    expect(html).toMatch(/1 of 3 stages finished · about 7 min left, done at about \d+:\d\d/);
    expect(html).toContain('≈ 6 min');
  });

  it('says no time of day for a run that stands still, and nothing where no speed is known', () => {
    expect(loop(runOf({ stages, status: 'paused' }), time(360))).toMatch(/about 7 min left<\/p>/);
    const unknown = loop(runOf({ stages }), time(null));
    expect(unknown).toContain('12 s left of this stage, 1 more to come');
    expect(unknown).not.toContain('≈');
    expect(unknown).toContain('>waiting<');
  });

  it('offers to follow a run that is going on, not one that has ended', () => {
    expect(loop(runOf({ stages }), time(null), false)).toContain('Follow the run');
    expect(loop(runOf({ stages, status: 'finished' }), time(null), false)).not.toContain('Follow the run');
  });

  it('calls a result that was there reused, here and at the stage', () => {
    const reused = inRound('score', { status: 'skipped' });
    expect(loop(runOf({ stages: [reused] }), time(null))).toContain('>reused<');
    const detail = markup(<StageDetail run={runOf()} stage={reused} advice={[]} expected={null} />);
    expect(detail).toContain('>reused<');
    expect(detail).not.toContain('skipped<');
  });
});

describe('the stage that the page shows by itself', () => {
  const train = (round: number, status: StageState['status']) =>
    inRound('train', { id: `round${round}.train`, round, status });

  it('is the last training of a run that has ended, made or reused', () => {
    const reused = [stageOf({ status: 'done' }), train(1, 'skipped'), train(2, 'skipped'), inRound('evaluate')];
    expect(followed(runOf({ stages: reused }))?.id).toBe('round2.train');
    expect(followed(runOf({ stages: [train(1, 'skipped'), train(2, 'running')] }))?.id).toBe('round2.train');
  });

  it('is the one that a held run waits before, until another is chosen, and that one on “Follow the run” again', () => {
    const stages = [stageOf({ status: 'done' }), train(1, 'done'), inRound('evaluate')];
    const held = { why: 'stop', before: 'round1.evaluate', after: 'round1.train' } as const;
    const run = runOf({ id: 'held', status: 'held', held, stages });
    const shown = () => /data-testid="stage-detail" data-stage="([^"]*)"/.exec(markup(<ProgressView run={run} />))?.[1];
    expect(shown()).toBe('round1.evaluate');
    expect(markup(<ProgressView run={run} />)).not.toContain('Follow the run');
    store.getState().selectStage('held', 'round1.train');
    expect(shown()).toBe('round1.train');
    expect(markup(<ProgressView run={run} />)).toContain('Follow the run');
    store.getState().selectStage('held', null);
    expect(shown()).toBe('round1.evaluate');
  });
});

it('an interrupted run gives the one cause that it has', () => {
  const trouble = (change: Partial<RunState>) =>
    markup(<RunTrouble run={runOf({ status: 'interrupted', ...change })} />);
  const [ended, included] = [trouble({ interruptedBy: 'ended' }), trouble({ interruptedBy: 'included' })];
  expect(ended).toContain('The browser or its worker ended');
  expect(ended).not.toContain('evaluation');
  expect(included).toContain('An evaluation that was left out');
  expect(included).not.toContain('browser');
  // Runs of earlier versions do not know.
  expect(trouble({})).toMatch(/>\s*Finished stages are kept/);
});

describe('a stage', () => {
  const detail = (stage: StageState, run = runOf(), expected: number | null = null) =>
    markup(<StageDetail run={run} stage={stage} advice={[]} expected={expected} />);
  const at = new Date(2026, 10, 28, 16, 10).getTime();

  it('says when it began and ended', () => {
    const ended = detail(stageOf({ status: 'done', startedAt: at, finishedAt: at + 900_000 }));
    expect(ended).toMatch(/28.*4:10.*4:25/);
    expect(detail(stageOf({ startedAt: at }))).toMatch(/begun .*28.*4:10/);
    // It was made at another time.
    expect(detail(stageOf({ status: 'skipped', startedAt: at, finishedAt: at }))).not.toContain('4:10');
  });

  it('that waits says how long it will take, where that is known', () => {
    expect(detail(inRound('train'), runOf(), 360)).toContain('about 6 min of work');
    expect(detail(inRound('train'))).not.toContain('of work ·');
  });

  it('has its figures by their names for people, with units, digits that say something, and hints', () => {
    const html = detail(
      inRound('generate', { status: 'done', summary: { end_rate: 0.996875, mean_length: 41.23456 } }),
    );
    expect(html).toMatch(/Ended by themselves<.*aria-label="What is Ended by themselves\?.*99\.7%/);
    expect(html).toMatch(/Mean length<.*>41\.23<span[^>]*> tokens</);
    expect(html).not.toMatch(/end rate|>0\.996875</);
  });

  it('has no empty box in place of curves: it waits for its figures, or has a link', () => {
    const result = { status: 'done' as const };
    expect(detail(inRound('score', result))).toContain('The scores are being read');
    expect(detail(inRound('generate', result))).toContain('The responses are being read');
    expect(detail(inRound('evaluate', result))).toContain('See the view Evaluation');
    for (const kind of ['score', 'generate', 'evaluate', 'train'] as const)
      expect(detail(inRound(kind, result))).not.toContain('No curves');
    const adapter = runOf({ importedAdapterId: 'a' });
    expect(detail(stageOf({ status: 'skipped' }), adapter)).toContain('The imported adapter takes the place');
    const untrained = runOf({ recipe: { ...recipePresets.smoke, sftEpochs: 0 } });
    expect(detail(stageOf({ status: 'skipped' }), untrained)).toMatch(/left out.*SFT is left out, as the recipe says/s);
  });
});

describe('what a round made', () => {
  const scores: RoundScores = {
    rewards: { edges: [0, 1, 2], chosen: [1, 3], rejected: [4, 0] },
    margins: { edges: [0, 1, 2], counts: [1, 3] },
    uses: [
      { use: 'kept', pairs: 3 },
      { use: 'margin', pairs: 1 },
    ],
  };

  it('of scores: rewards and margins with the threshold, and kept and dropped pairs that lead to Pairs', () => {
    const run = runOf({ recipe: { ...recipePresets.smoke, pairMinMargin: 0.25 } });
    const html = markup(<ScoreCharts run={run} round={1} scores={scores} />);
    expect(html).toMatch(
      /Rewards of the pairs\. Histogram\. Chosen: 4 pairs, most from 1\.000 to 2\.000; Rejected: 4 pairs/,
    );
    expect(html).toContain('The line marks the smallest margin that is kept, 0.25.');
    expect(html).toMatch(
      /href="#\/run\/run1\/pairs\?round=1&amp;use=margin"[^>]*>Dropped: margin too small<.*>25\.0%</,
    );
    const even = markup(<ScoreCharts run={run} round={1} scores={{ ...scores, margins: null }} />);
    expect(even).toContain('the same reward');
  });

  it('of responses: their lengths in the colour of the model that gave them, how many end, and some to read', () => {
    const responses = [
      { text: ' yes', tokens: 1, ended: true },
      { text: ' ', tokens: 9, ended: false },
    ];
    const sampled: RoundResponses = {
      ...{ responses: 4, ended: 3, lengths: { edges: [0, 5, 10], counts: [3, 1] } },
      examples: [{ prompt: '\n\nHuman: really?\n\nAssistant:', responses }],
    };
    const html = markup(<ResponseCharts stage={{ kind: 'generate', round: 2 }} sampled={sampled} />);
    expect(html).toContain('Lengths of DPO round 1’s responses');
    expect(html).toContain('3 of 4 ended by themselves (75.0%)');
    expect(html).toMatch(/>really\?<.*>yes<.*cut at the length limit.*\(nothing\)/);
    expect(html).toContain(modelColor('dpo_round1'));
  });

  it('stages have the colour of the model that they are about, judges none', () => {
    expect(stageColor({ kind: 'generate', round: 1 })).toBe(modelColor('sft'));
    expect(stageColor({ kind: 'train', round: 2 })).toBe(modelColor('dpo_round2'));
    expect(stageColor({ kind: 'evaluate', round: 0 })).toBe(modelColor('sft'));
    const models = ['base', 'sft', 'dpo_round1', 'dpo_round2', 'dpo_round3', 'dpo_round4'].map(modelColor);
    expect(models).not.toContain(stageColor({ kind: 'reward', round: 0 }));
  });
});

describe('the settings of a run', () => {
  const recipe = { ...recipePresets.origin, dpoBeta: 0.3, name: 'my own', pairLengthControl: true };

  it('are all there by group, with the nearest preset’s value where it is another', () => {
    const { preset, changed, groups } = recipeRows(recipe);
    expect([preset, changed]).toEqual(['origin', 2]);
    const rows = groups.flatMap((group) => group.rows);
    expect(rows.map(({ field }) => field).toSorted()).toEqual(Object.keys(recipe).toSorted());
    const row = (name: string) => rows.find(({ field }) => field === name);
    expect(row('dpoBeta')).toMatchObject({ value: '0.3', preset: '0.1' });
    expect(row('pairLengthControl')).toMatchObject({ value: 'on', preset: 'off' });
    expect(row('maxLength')).toMatchObject({ value: '512 tokens', preset: null });
    expect([row('topK')?.value, row('heldOutPairs')?.value]).toEqual(['off', String(recipe.heldOutPairs)]);
    expect(row('promptFormat')?.value).toMatch(/^HH transcript/);
    expect(row('name')?.preset).toBeNull();
    const full = recipeRows({ ...recipe, parameters: 'full', loraRank: 3, sftEpochs: 0 }).groups.flatMap(
      (group) => group.rows,
    );
    expect(full.find(({ field }) => field === 'loraRank')).toMatchObject({ value: 'not used', preset: null });
    expect(full.find(({ field }) => field === 'sftEpochs')?.value).toBe('none: SFT is left out');
  });

  it('stand with seed, engine and precision, and the content hashes of model and data, stored or not', () => {
    const hash = 'abcdef0123456789'.repeat(4);
    store.getState().receiveState({ ...emptyState, models: [{ ...modelSummary(hash), name: 'tiny' }] });
    const engine = { name: 'fused', weights: 'fp16, native', tiles: null, conversion: null, selfTest: null } as const;
    const html = markup(<SettingsView run={runOf({ recipe, engine, modelId: hash, datasetId: 'd'.repeat(64) })} />);
    expect(html).toContain('fused · fp16 native, arithmetic in fp32');
    expect(html).toMatch(/>Seed<.*>42</);
    expect(html).toMatch(/>tiny<.*aria-label="Copy the content hash of tiny"/);
    expect(html).toMatch(/not stored here any more.*>dddddddddd</);
    expect(html).toContain('2 settings differ from the preset origin.');
    expect(html).toMatch(/data-testid="setting-dpoBeta" data-changed="true".*origin: 0\.1/);
    expect(html).toMatch(/data-testid="save-run-recipe".*data-testid="run-like-this"/);
  });

  it('are saved as New run loads them', () => {
    const { draft, remarks } = importRecipe(recipeJson(recipe), 'x.json', draftOf(recipePresets.smoke));
    expect(remarks).toEqual([]);
    expect(parseDraft(draft, recipePresets.smoke).recipe).toEqual(recipe);
  });
});
