/** Whether a new run waits for a review: off unless the person says so, whatever the preset, and as in the run that is copied. */
import { expect, it, vi } from 'vitest';
import { createDataClient } from '../../../src/client/data-client';
import { createPairClient } from '../../../src/client/pair-client';
import { noHolds } from '../../../src/protocol/holds';
import { createCommands } from '../../../src/store/commands';
import { presetNames } from '../../../src/store/setup';
import { createStudioStore } from '../../../src/store/studio-store';
import { runOf } from './fixtures';

function openSetup() {
  const store = createStudioStore();
  const send = vi.fn().mockResolvedValue({ runId: 'r' });
  const training = { send, listen: () => () => {}, close: () => {} };
  const commands = createCommands(store, training, createDataClient(), createPairClient());
  store.getState().selectModel('m');
  store.getState().selectDataset('d');
  return { store, send, commands };
}

it('is off in every preset, and sent with the start as chosen', async () => {
  const { store, send, commands } = openSetup();
  for (const name of presetNames) {
    store.getState().choosePreset(name);
    await commands.startChosenRun();
    expect(send).toHaveBeenLastCalledWith('startRun', expect.objectContaining({ review: { sft: false, dpo: false } }));
  }
  store.getState().setReviewWait({ dpo: true });
  store.getState().choosePreset('smoke');
  await commands.startChosenRun();
  const [, argument] = send.mock.lastCall ?? [];
  expect(argument).toMatchObject({ review: { sft: false, dpo: true } });
  // No setting of the recipe: what a run's keys and run.json are made from knows nothing of it.
  expect(JSON.stringify(argument.recipe)).not.toMatch(/review/i);
});

it('is taken over with the settings of a run', () => {
  const { store, commands } = openSetup();
  const review = { sft: true, dpo: true };
  store.setState({ runs: [runOf({ holds: { ...noHolds, review } })] });
  commands.duplicateRun('run1');
  expect(store.getState().reviewWait).toEqual(review);
});
