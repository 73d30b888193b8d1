/** Where the studio opens without an address. */
import { expect, it } from 'vitest';
import { firstView } from '../../../src/ui/app/hash-location';
import { datasetSummary, modelSummary } from '../../support/stored-records';
import { runOf } from '../store/fixtures';

it('opens at the run in progress, else the runs, else the setup, and at the demo while nothing is stored', () => {
  const [models, datasets] = [[modelSummary('m')], [datasetSummary('d')]];
  const finished = runOf({ id: 'a', status: 'finished' });
  const paused = runOf({ id: 'b', status: 'paused' });
  expect(firstView({ runs: [], models: [], datasets: [] })).toEqual({ page: 'demo' });
  expect(firstView({ runs: [], models, datasets: [] })).toEqual({ page: 'setup' });
  expect(firstView({ runs: [], models: [], datasets })).toEqual({ page: 'setup' });
  expect(firstView({ runs: [finished], models, datasets })).toEqual({ page: 'runs' });
  expect(firstView({ runs: [finished], models: [], datasets: [] })).toEqual({ page: 'runs' });
  expect(firstView({ runs: [finished, paused], models, datasets })).toEqual({
    ...{ page: 'run', runId: 'b', tab: 'progress' },
  });
});
