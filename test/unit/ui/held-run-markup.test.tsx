/** What the run page says about a run that waits for the person, and where it offers to stop one. Drawn without a browser. */
import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { runTimeLeft } from '../../../src/store/run-time';
import { noHolds, type RunHold } from '../../../src/protocol/holds';
import type { RunState, StageStatus } from '../../../src/protocol/run-state';
import { recipePresets } from '../../../src/protocol/recipe';
import { pendingStage, stagesOf } from '../../../src/rounds/stages';
import { createStudioStore } from '../../../src/store/studio-store';
import { StudioProvider } from '../../../src/ui/app/studio-context';
import { HeldBanner, heldWords } from '../../../src/ui/features/run/held-banner';
import { LoopView } from '../../../src/ui/features/run/loop-view';
import { RunControls } from '../../../src/ui/features/run/run-controls';
import { StageDetail } from '../../../src/ui/features/run/stage-detail';
import { stopChoices } from '../../../src/ui/features/run/stop-choices';
import { runOf } from '../store/fixtures';

const studio = Object({ store: createStudioStore(), commands: {} });
const markup = (node: ReactNode): string =>
  renderToStaticMarkup(
    <MantineProvider>
      <StudioProvider studio={studio}>{node}</StudioProvider>
    </MantineProvider>,
  );

/** A run of two rounds that has made every stage before `next`. */
function runBefore(next: string, changes: Partial<RunState> = {}): RunState {
  const stages = stagesOf({ ...recipePresets.smoke, rounds: 2 }).map(pendingStage);
  const place = stages.findIndex(({ id }) => id === next);
  for (const stage of stages.slice(0, place)) stage.status = 'done';
  const score = stages.find(({ id }) => id === 'round1.score');
  if (score) score.summary = { kept: 79, pairs: 80 };
  return runOf({ stages, ...changes });
}

const heldBefore = (before: string, changes: Partial<RunHold> = {}) =>
  runBefore(before, { status: 'held', held: { why: 'review', before, after: null, ...changes } });

it('a run that waits for a review says for which pairs, with the ways to them and on', () => {
  const run = heldBefore('round1.train');
  const html = markup(<HeldBanner run={run} tab="progress" />);
  expect(html).toContain('Waiting for your review');
  expect(html).toContain('Round 1: 79 pairs ready, 1 more dropped by filters. DPO training has not begun;');
  for (const id of ['review-held', 'go-on']) expect(html).toContain(`data-testid="${id}"`);
  const beside = markup(<HeldBanner run={run} tab="pairs" />);
  expect(beside).toContain('79 pairs ready');
  expect([beside.includes('review-held'), beside.includes('go-on')]).toEqual([false, true]);
  expect(heldWords(heldBefore('sft'), { why: 'review', before: 'sft', after: null }).text).toMatch(/original pairs/);
});

it('a run that was told to stop says after which stage', () => {
  const run = heldBefore('round2.generate', { why: 'stop', after: 'round1.evaluate' });
  const html = markup(<HeldBanner run={run} tab="progress" />);
  expect(html).toContain('Stopped after Round 1, Evaluation');
  expect([html.includes('review-held'), html.includes('go-on')]).toEqual([false, true]);
});

it('can be cancelled in the header; no banner and no such button elsewhere', () => {
  const controls = (run: RunState) => markup(<RunControls run={run} />);
  expect(controls(heldBefore('round1.train'))).toContain('data-testid="cancel-held"');
  const going = runBefore('round1.train');
  expect(controls(going)).not.toContain('cancel-held');
  expect(markup(<HeldBanner run={going} tab="progress" />)).not.toContain('held-banner');
});

it('the loop marks stages that will wait, wait now, or are the last before a stop', () => {
  const holds = { review: { sft: true, dpo: true }, stopAfter: ['round1.evaluate'] };
  const run = { ...heldBefore('round1.train'), holds };
  const html = markup(
    <LoopView run={run} advice={new Map()} shownId={undefined} following time={runTimeLeft([], null)} />,
  );
  const count = (text: string) => html.split(`aria-label="${text}."`).length - 1;
  expect(count('The run waits for you before this stage')).toBe(1);
  expect(count('Waits for your review before it begins')).toBe(1);
  expect(count('The run stops after this stage')).toBe(1);
});

it('a stage that has not finished offers the stop, a marked one to take it back', () => {
  const stopButton = (run: RunState, id: string) => {
    const stage = run.stages.find((candidate) => candidate.id === id)!;
    const html = markup(<StageDetail run={run} stage={stage} advice={[]} expected={null} />);
    return /data-testid="stop-after" data-marked="(\w+)"/.exec(html)?.[1];
  };
  const run = runBefore('round1.train');
  expect(stopButton(run, 'round1.train')).toBe('false');
  expect(stopButton(run, 'round1.score')).toBeUndefined();
  expect(stopButton(run, 'round2.evaluate')).toBeUndefined();
  expect(stopButton({ ...run, holds: { ...noHolds, stopAfter: ['round1.train'] } }, 'round1.train')).toBe('true');
});

it('the menu offers the stage at work, the end of its round, and what is marked already', () => {
  const labels = (run: RunState) => stopChoices(run).map(({ stageId, label }) => `${stageId}: ${label}`);
  expect(labels(runBefore('round1.train'))).toEqual([
    'round1.train: after Round 1, DPO training',
    'round1.evaluate: at the end of round 1',
  ]);
  expect(labels(runBefore('sft'))).toEqual(['sft: after Supervised fine-tuning', 'reward: after Reward model']);
  const marked = runBefore('sft', { holds: { ...noHolds, stopAfter: ['round1.evaluate'] } });
  expect(labels(marked)).toContain('round1.evaluate: at the end of round 1');
  const omit = (run: RunState, status: StageStatus) => {
    const [evaluation] = run.stages.filter(({ id }) => id === 'round1.evaluate');
    evaluation!.status = status;
    return run;
  };
  expect(labels(omit(runBefore('round1.train'), 'omitted'))).toEqual(['round1.train: at the end of round 1']);
  expect(labels(runBefore('round2.evaluate'))).toEqual([]);
});
