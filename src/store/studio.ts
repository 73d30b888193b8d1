/** The studio as the page sees it: the store, fed from the workers, and the commands. The only place that joins them. */
import { createDataClient, type DataClient } from '../client/data-client';
import { createPairClient, type PairClient } from '../client/pair-client';
import { connectStudio, type TrainingClient } from '../client/training-client';
import type { ConnectionStatus } from '../client/bridge';
import { createCommands, type StudioCommands } from './commands';
import { keepHubPlanCurrent, keepPlanCurrent } from './memory-plan';
import { pageMemo } from './page-memo';
import { keepConversation } from './playground-memory';
import { keepCostCurrent } from './run-cost';
import { createStudioStore, type StudioStore } from './studio-store';

export interface Studio {
  store: StudioStore;
  commands: StudioCommands;
}

type Connect = (onStatus: (status: ConnectionStatus, error: Error | null) => void) => TrainingClient;

/** Starts the workers and returns the studio; the store fills as they report. */
export function openStudio(
  connect: Connect = connectStudio,
  data: DataClient = createDataClient(),
  pairs: PairClient = createPairClient(),
): Studio {
  const store = createStudioStore();
  const { setConnection, receiveState, receiveRun, receiveProgress, notify } = store.getState();
  const training = connect(setConnection);
  training.listen('state', receiveState);
  training.listen('run', receiveRun);
  training.listen('progress', receiveProgress);
  training.listen('reviews', store.getState().receiveReviews);
  training.listen('pairScoring', store.getState().receiveScoring);
  training.listen('playground', store.getState().receivePart);
  training.listen('notice', ({ level, message }) => notify(level, message));
  data.listen('importProgress', store.getState().receiveImportProgress);
  data.listen('hubProgress', store.getState().receiveHubProgress);
  keepConversation(store, pageMemo());
  keepPlanCurrent(store, training);
  keepCostCurrent(store, training);
  keepHubPlanCurrent(store, training);
  return { store, commands: createCommands(store, training, data, pairs) };
}
