/** The command of the System page. */
import type { TrainingCommands } from '../src/protocol/studio';
import type { TileRow } from '../src/protocol/system';
import type { RunRecord, StoredTiles } from '../src/storage/records';
import type { Handlers } from './serve-commands';
import type { SystemLog } from './system-log';

interface SystemParts {
  log: SystemLog;
  runs: ReadonlyMap<string, RunRecord>;
}

/** What was measured; the fallback's speeds are assumptions. */
const tileRows = ({ entries }: StoredTiles): TileRow[] =>
  Object.entries(entries).map(([use, entry]) => ({ use, ...entry }));

export function createSystemCommands({ log, runs }: SystemParts): Pick<Handlers<TrainingCommands>, 'getSystem'> {
  return {
    getSystem: () => {
      const latest = [...runs.values()]
        .toSorted((a, b) => b.state.createdAt - a.state.createdAt)
        .find(({ tiles }) => tiles !== null && Object.keys(tiles.entries).length > 0);
      return { tiles: latest?.tiles ? tileRows(latest.tiles) : [], events: log.events() };
    },
  };
}
