/** What the page offers to press when a run stands still: after an error, and when another window goes on with it. */
import { MantineProvider } from '@mantine/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { createStudioStore } from '../../../src/store/studio-store';
import { StudioProvider } from '../../../src/ui/app/studio-context';
import { nextStep, type NextStep } from '../../../src/ui/features/run/next-step';
import { RunControls } from '../../../src/ui/features/run/run-controls';
import { StageDetail } from '../../../src/ui/features/run/stage-detail';
import { RunTrouble } from '../../../src/ui/features/run/run-trouble';
import { writeWithQuota } from '../../../src/storage/quota';
import { emptyState } from '../client/fake-worker';
import { runOf, stageOf } from '../store/fixtures';

const device = (message: string) => ({ name: 'DeviceError', message });
const memory = 'A pass over 512 tokens needs 3.00 GB of GPU memory, and 1.00 GB of the budget of 2.00 GB are left.';

it.each<[{ name: string; message: string }, NextStep | null]>([
  [device('The GPU was lost.'), 'continue'],
  [device('The GPU stopped answering: aborted. Continue the run to open it again.'), 'continue'],
  [device('The GPU is out of memory: "x" could not be allocated.'), 'recipe'],
  [device('This GPU allows buffers of 2147 MB; "x" needs 3000 MB.'), 'recipe'],
  [device(memory), 'recipe'],
  [device('The kernel matmul gives wrong results on this GPU (error 1, allowed 0).'), null],
  [{ name: 'TrainingError', message: 'The loss is not finite.' }, 'recipe'],
  [{ name: 'InputError', message: 'The base model is damaged.' }, null],
])('%o leads to %s', (error, step) => expect(nextStep(error)).toBe(step));

it('a full storage, as the storage says it, leads to the room that can be made', async () => {
  const full = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
  const error = await writeWithQuota('an adapter', 1e6, full).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ name: 'InputError' });
  expect(nextStep(error as Error)).toBe('artifacts');
});

function markup(node: React.ReactNode, runsElsewhere: string[] = []): string {
  const store = createStudioStore();
  store.getState().receiveState({ ...emptyState, runsElsewhere });
  // What is drawn on a server is the store's beginning.
  const studio = Object({ store: { ...store, getInitialState: store.getState }, commands: {} });
  return renderToStaticMarkup(
    <MantineProvider>
      <StudioProvider studio={studio}>{node}</StudioProvider>
    </MantineProvider>,
  );
}

it('the run’s error has the button', () => {
  const lost = runOf({ status: 'interrupted', error: device('The GPU was lost.') });
  expect(markup(<RunTrouble run={lost} />)).toContain('data-testid="error-continue"');
  const tooLarge = runOf({ status: 'interrupted', error: device(memory) });
  expect(markup(<RunTrouble run={tooLarge} />)).toContain('Change the recipe');
  const full = runOf({ status: 'failed', error: { name: 'InputError', message: 'The browser’s storage is full: …' } });
  expect(markup(<RunTrouble run={full} />)).toMatch(/href="#\/artifacts"[^>]*data-testid="error-room"/);
});

it('a run that goes on in another window has its controls disabled, with the reason', () => {
  const html = markup(<RunControls run={runOf()} />, ['run1']);
  expect(html).toContain('This run goes on in another window');
  expect(html.match(/<button[^>]* disabled=""/g)).toHaveLength(2);
  expect(markup(<RunControls run={runOf()} />, ['other'])).not.toContain('another window');
});

it('nor has one of its stages a button that would change it', () => {
  const evaluation = stageOf({ id: 'round1.evaluate', kind: 'evaluate', round: 1, status: 'pending' });
  const run = runOf({ stages: [stageOf({ status: 'running' }), evaluation] });
  const buttons = (elsewhere: string[]) =>
    run.stages
      .map((stage) => markup(<StageDetail run={run} stage={stage} advice={[]} expected={null} />, elsewhere))
      .join()
      .match(/data-testid="(stop-after|omit-stage)"/g);
  expect(buttons(['other'])).toEqual(['data-testid="stop-after"', 'data-testid="omit-stage"']);
  expect(buttons(['run1'])).toBeNull();
});
