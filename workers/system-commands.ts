/** The command of the System page. */
import type { TrainingCommands } from '../src/protocol/studio';
import type { TileRow } from '../src/protocol/system';
import type { RunRecord, StoredTiles } from '../src/storage/records';
import type { Handlers } from './serve-commands';
import type { SystemLog } from './system-log';

interface SystemParts {
  log: SystemLog;
  runs: ReadonlyMap<string, RunRecord>;
  /** Of the device; empty while there is none. */
  limits(): Record<string, number>;
}

function tileRows({ entries, fallback }: StoredTiles): TileRow[] {
  const measured = Object.entries(entries).map(([use, entry]) => ({ use, ...entry }));
  return [...measured, { use: 'other, few rows', ...fallback.few }, { use: 'other, many rows', ...fallback.many }];
}

export function createSystemCommands(parts: SystemParts): Pick<Handlers<TrainingCommands>, 'getSystem'> {
  return {
    getSystem: () => {
      const latest = [...parts.runs.values()]
        .toSorted((a, b) => b.state.createdAt - a.state.createdAt)
        .find(({ tiles }) => tiles !== null);
      return { limits: parts.limits(), tiles: latest?.tiles ? tileRows(latest.tiles) : [], events: parts.log.events() };
    },
  };
}
