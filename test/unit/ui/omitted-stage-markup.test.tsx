/** What the run page and the list of runs say about an evaluation that is left out. Drawn without a browser: nothing is pressed. */
import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { StageKind, StageStatus } from '../../../src/protocol/run-state';
import { runTimeLeft } from '../../../src/store/run-time';
import { createStudioStore } from '../../../src/store/studio-store';
import { StudioProvider } from '../../../src/ui/app/studio-context';
import { LoopView } from '../../../src/ui/features/run/loop-view';
import { StageDetail } from '../../../src/ui/features/run/stage-detail';
import { runOf, stageOf } from '../store/fixtures';

const studio = Object({ store: createStudioStore(), commands: {} });
const markup = (node: ReactNode): string =>
  renderToStaticMarkup(
    <MantineProvider>
      <StudioProvider studio={studio}>{node}</StudioProvider>
    </MantineProvider>,
  );

const stage = (kind: StageKind, status: StageStatus) =>
  stageOf({ id: `round1.${kind}`, kind, round: 1, status, done: 0, total: 0 });
const detail = (kind: StageKind, status: StageStatus): string => {
  const shown = stage(kind, status);
  return markup(<StageDetail run={runOf({ stages: [shown] })} stage={shown} advice={[]} expected={null} />);
};

it('the loop shows it as left out, and counts the others alone', () => {
  const stages = [stage('train', 'done'), stage('evaluate', 'omitted')];
  const run = runOf({ status: 'finished', stages });
  const html = markup(
    <LoopView run={run} advice={new Map()} shownId={undefined} following time={runTimeLeft([], null)} />,
  );
  expect(html).toContain('1 of 1 stages finished, 1 left out');
  expect(html).toMatch(/data-testid="stage-round1\.evaluate" data-status="omitted"/);
  expect(html).toContain('aria-label="left out"');
});

it('an evaluation that waits or failed can be left out, an omitted one made after all; other stages neither', () => {
  for (const status of ['pending', 'failed'] as const) {
    expect(detail('evaluate', status)).toContain('Leave this evaluation out');
    expect(detail('evaluate', status)).not.toContain('Evaluate after all');
  }
  const omitted = detail('evaluate', 'omitted');
  expect(omitted).toContain('Evaluate after all');
  expect(omitted).toContain('This evaluation is left out.');
  for (const html of [omitted, detail('evaluate', 'running'), detail('evaluate', 'done'), detail('train', 'pending')])
    expect(html).not.toContain('Leave this evaluation out');
});
