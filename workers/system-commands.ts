/** The commands of the System page: the report, and the self-test once more. */
import { InputError } from '../src/protocol/errors';
import type { TrainingCommands } from '../src/protocol/studio';
import type { SelfTestAgain, SystemReport, TileRow } from '../src/protocol/system';
import { retestKernels } from '../src/rounds/kernel-test';
import type { StudioDatabase } from '../src/storage/database';
import type { RunRecord, StoredTiles } from '../src/storage/records';
import type { DeviceKeeper } from './device-keeper';
import { requireFreeGpu, type GpuUsers } from './gpu-free';
import type { MemoryLog } from './memory-log';
import type { Handlers } from './serve-commands';
import { storedModelConfig } from './stored-config';
import type { SystemLog } from './system-log';

interface SystemParts extends GpuUsers {
  database: StudioDatabase;
  devices: DeviceKeeper;
  log: SystemLog;
  memory: Pick<MemoryLog, 'timeline'>;
  /** @throws InputError when there is no such run */
  runOf(runId: string): RunRecord;
  /** Tests the kernels; tests of this service give their own. */
  retest?: typeof retestKernels;
}

export interface SystemService {
  handlers: Pick<Handlers<TrainingCommands>, 'getSystem' | 'testKernels'>;
  /** Resolves when no self-test is under way (any more). */
  testEnded(): Promise<void>;
}

/** What was measured; the fallback's speeds are assumptions. */
const tileRows = ({ entries }: StoredTiles): TileRow[] =>
  Object.entries(entries).map(([use, entry]) => ({ use, ...entry }));

export function createSystemService(parts: SystemParts): SystemService {
  const { database, devices, log, memory, runs, runOf, retest = retestKernels } = parts;
  let selfTestAgain: SelfTestAgain | null = null;
  let testing: Promise<void> | null = null;

  const report = (): SystemReport => {
    const latest = [...runs.values()]
      .toSorted((a, b) => b.state.createdAt - a.state.createdAt)
      .find(({ tiles }) => tiles !== null && Object.keys(tiles.entries).length > 0);
    return {
      tiles: latest?.tiles ? tileRows(latest.tiles) : [],
      events: log.events(),
      memory: memory.timeline(),
      selfTestAgain,
    };
  };

  const test = async ({ state, tiles }: RunRecord): Promise<void> => {
    // What passed before says nothing about a test that fails now.
    selfTestAgain = null;
    const config = await storedModelConfig(database, state.modelId);
    const { backend } = await devices.get();
    try {
      const rows = await retest({ backend, config, recipe: state.recipe, tiles });
      selfTestAgain = { runId: state.id, at: Date.now(), rows };
      log.note('info', `Self-test: ${rows.length} kernels, all right`);
    } catch (error) {
      log.note('error', `Self-test: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  };

  return {
    testEnded: async () => {
      await testing?.catch(() => {});
    },
    handlers: {
      getSystem: report,
      testKernels: async ({ runId }) => {
        const record = runOf(runId);
        if (record.state.recipe.engine === 'definition')
          throw new InputError('This run computes with tfjs and has no kernels of its own to test.');
        await requireFreeGpu(parts);
        if (testing) throw new InputError('The self-test is running already.');
        testing = test(record);
        try {
          await testing;
        } finally {
          testing = null;
        }
        return null;
      },
    },
  };
}
