/** The commands of the System page: the report, the self-test once more, what the GPU reaches, and how fast stages were. */
import { dependencies, version } from '../package.json';
import { InputError } from '../src/protocol/errors';
import { recipePresets } from '../src/protocol/recipe';
import type { AdapterSummary } from '../src/protocol/adapter';
import type { TrainingCommands } from '../src/protocol/studio';
import type { SelfTestAgain, SystemReport, TileRow } from '../src/protocol/system';
import { engineVersion } from '../src/rounds/artifact-key';
import { retestKernels, smallModel } from '../src/rounds/kernel-test';
import { ceilingKey, measureCeiling } from '../src/rounds/matmul-ceiling';
import { stageSpeeds } from '../src/rounds/measured-speed';
import type { StudioDatabase } from '../src/storage/database';
import type { RunRecord, StoredTiles } from '../src/storage/records';
import { databaseTuning } from '../src/storage/tuning-store';
import type { DeviceKeeper } from './device-keeper';
import { requireFreeGpu, type GpuUsers } from './gpu-free';
import type { MemoryLog } from './memory-log';
import type { Handlers } from './serve-commands';
import { storedModelConfig } from './stored-config';
import type { SystemLog } from './system-log';

interface SystemParts extends GpuUsers {
  database: StudioDatabase;
  devices: DeviceKeeper;
  /** The one that answers; null while none does. */
  adapter(): AdapterSummary | null;
  log: SystemLog;
  memory: Pick<MemoryLog, 'timeline'>;
  /** @throws InputError when there is no such run */
  runOf(runId: string): RunRecord;
  /** Tests the kernels; tests of this service give their own. */
  retest?: typeof retestKernels;
  /** Measures the matmul; tests of this service give their own. */
  measure?: typeof measureCeiling;
}

type SystemCommand = 'getSystem' | 'testKernels' | 'measureMatmul' | 'getStageSpeeds';

export interface SystemService {
  handlers: Pick<Handlers<TrainingCommands>, SystemCommand>;
  /** Resolves when no self-test or measurement is under way (any more). */
  testEnded(): Promise<void>;
}

/** What was measured; the fallback's speeds are assumptions. */
const tileRows = ({ entries }: StoredTiles): TileRow[] =>
  Object.entries(entries).map(([use, entry]) => ({ use, ...entry }));

const versions = { whetstone: version, engine: engineVersion, tfjs: dependencies['@tensorflow/tfjs'] };

export function createSystemService(parts: SystemParts): SystemService {
  const { database, devices, log, memory, runs, runOf, retest = retestKernels, measure = measureCeiling } = parts;
  const tuning = databaseTuning(database);
  let selfTestAgain: SelfTestAgain | null = null;
  /** Of the adapter that was asked about last. */
  let ceiling: { key: string; rows: TileRow[] } | null = null;
  let atWork: Promise<void> | null = null;

  const report = async (): Promise<SystemReport> => {
    const latest = [...runs.values()]
      .toSorted((a, b) => b.state.createdAt - a.state.createdAt)
      .find(({ tiles }) => tiles !== null && Object.keys(tiles.entries).length > 0);
    return {
      versions,
      tiles: latest?.tiles ? tileRows(latest.tiles) : [],
      ceiling: await knownCeiling(),
      events: log.events(),
      memory: memory.timeline(),
      selfTestAgain,
    };
  };

  /** What was measured on this adapter, now or by an earlier worker. */
  const knownCeiling = async (): Promise<TileRow[]> => {
    const adapter = parts.adapter();
    if (!adapter) return [];
    const key = ceilingKey(adapter);
    if (ceiling?.key !== key) {
      const stored = await tuning.get(key);
      ceiling = { key, rows: stored ? tileRows(stored) : [] };
    }
    return ceiling.rows;
  };

  const test = async (record: RunRecord | null): Promise<void> => {
    const runId = record?.state.id ?? null;
    // What passed before says nothing about a test that fails now.
    selfTestAgain = null;
    const config = record ? await storedModelConfig(database, record.state.modelId) : smallModel;
    const recipe = record?.state.recipe ?? recipePresets.smoke;
    const { backend } = await devices.get();
    try {
      const rows = await retest({ backend, config, recipe, tiles: record?.tiles ?? null });
      selfTestAgain = { runId, at: Date.now(), rows, error: null };
      log.note('info', `Self-test: ${rows.length} kernels, all right`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      selfTestAgain = { runId, at: Date.now(), rows: [], error: message };
      log.note('error', `Self-test: ${message}`);
      throw error;
    }
  };

  const measureMatmul = async (): Promise<void> => {
    const { backend } = await devices.get();
    const tiles = await measure(backend);
    const key = ceilingKey(backend.summary);
    ceiling = { key, rows: tileRows(tiles) };
    await tuning.put(key, tiles);
    const best = Math.max(...ceiling.rows.map(({ flopsPerSecond }) => flopsPerSecond));
    log.note('info', `Matmul of this GPU: ${(best / 1e9).toPrecision(3)} GFLOP/s at the most`);
  };

  /** One at a time, and beside no run. */
  const alone = async (work: () => Promise<void>): Promise<null> => {
    await requireFreeGpu(parts);
    if (atWork) throw new InputError('The self-test, or a measurement, is running already.');
    atWork = work();
    try {
      await atWork;
    } finally {
      atWork = null;
    }
    return null;
  };

  return {
    testEnded: async () => {
      await atWork?.catch(() => {});
    },
    handlers: {
      getSystem: report,
      testKernels: async ({ runId }) => {
        const record = runId === null ? null : runOf(runId);
        if (record?.state.recipe.engine === 'definition')
          throw new InputError('This run computes with tfjs and has no kernels of its own to test.');
        return alone(() => test(record));
      },
      measureMatmul: () => alone(measureMatmul),
      getStageSpeeds: async ({ runId, lengths }) => {
        const { state } = runOf(runId);
        return stageSpeeds(state, await storedModelConfig(database, state.modelId), lengths);
      },
    },
  };
}
