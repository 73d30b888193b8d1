import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import type { StoredTiles } from '../../../src/storage/records';
import { databaseTuning } from '../../../src/storage/tuning-store';

const entry = { tile: 'block64x64', flopsPerSecond: 4e12 };
const tiles: StoredTiles = { entries: { 'nt.packed.many': entry }, fallback: { few: entry, many: entry } };

let database: StudioDatabase;
let count = 0;
beforeEach(async () => {
  database = await openStudioDatabase(`tuning ${count++}`);
});

describe('measured tiles', () => {
  it('come back under their key alone', async () => {
    const tuning = databaseTuning(database);
    await tuning.put('a', tiles);
    expect(await tuning.get('a')).toEqual(tiles);
    expect(await tuning.get('b')).toBeNull();
  });

  it('that cannot be read count as absent', async () => {
    const damaged = { ...tiles, fallback: { ...tiles.fallback, few: { tile: 'x', flopsPerSecond: -1 } } };
    await database.put('tuning', { key: 'a', tiles: damaged });
    expect(await databaseTuning(database).get('a')).toBeNull();
  });
});
