/** Two slots, of which one survives whatever happens to the other. */
import { describe, expect, it } from 'vitest';
import { openCheckpoints, type StageProgress } from '../../../src/rounds/checkpoints';
import { memoryCheckpoints, newestCheckpoint, type MemoryCheckpoints } from '../../support/memory-pipeline';

const progress = (done: number, value = done): StageProgress => ({
  done,
  points: [{ step: done, values: { loss: 1 / done } }],
  parts: { cursor: `{"step":${done}}` },
  floats: { parameters: Float32Array.of(value, 0.1), firstMoment: Float32Array.of(-value) },
});

/** A stage with the checkpoints 1 to `count`. */
async function stored(count: number): Promise<MemoryCheckpoints> {
  const store = memoryCheckpoints();
  const checkpoints = await openCheckpoints(store, 'sft', 'k');
  for (let done = 1; done <= count; done++) await checkpoints.save(progress(done));
  return store;
}

const open = (store: MemoryCheckpoints, key = 'k') => openCheckpoints(store, 'sft', key);

describe('checkpoints', () => {
  it('alternate between two slots, and the newest is found', async () => {
    const store = await stored(5);
    const slots = [...(store.stages.get('sft') ?? [])].map(([slot, { sequence, done }]) => [slot, sequence, done]);
    expect(slots.toSorted()).toEqual([
      [0, 5, 5],
      [1, 4, 4],
    ]);
    const { found, notes } = await open(store);
    expect(found).toMatchObject(progress(5));
    expect(notes).toEqual([]);
  });

  it('go on counting in a new session, over the older slot', async () => {
    const store = await stored(4);
    const { save } = await open(store);
    await save(progress(9));
    expect(newestCheckpoint(store, 'sft')).toMatchObject({ sequence: 5, done: 9 });
    expect([...(store.stages.get('sft')?.values() ?? [])].map(({ done }) => done).toSorted()).toEqual([4, 9]);
  });

  it('of another artifact key count as none, without a word', async () => {
    expect(await open(await stored(2), 'other')).toMatchObject({ found: null, notes: [] });
  });

  const damages: [string, (store: MemoryCheckpoints) => void, RegExp][] = [
    ['a changed weight', (store) => (newestCheckpoint(store, 'sft')!.floats['parameters']![1] = 7), /changed on disk/],
    ['a changed curve', (store) => (newestCheckpoint(store, 'sft')!.points = []), /changed on disk/],
    ['a lost vector', (store) => delete newestCheckpoint(store, 'sft')!.floats['firstMoment'], /changed on disk/],
    ['a lost part', (store) => delete newestCheckpoint(store, 'sft')!.parts['cursor'], /changed on disk/],
    ['a torn record', (store) => Reflect.deleteProperty(newestCheckpoint(store, 'sft')!, 'floats'), /not complete/],
  ];

  it.each(damages)('with %s are left out with a note, and the one before is used', async (_what, damage, message) => {
    const store = await stored(3);
    damage(store);
    const { found, notes, save } = await open(store);
    expect(found?.done).toBe(2);
    expect(notes).toEqual([expect.stringMatching(message)]);
    expect(notes[0]).toMatch(/went on at the one before, after 2/);
    await save(progress(3));
    expect((await open(store)).found?.done).toBe(3);
    expect((await open(store)).notes).toEqual([]);
  });

  it('that all are damaged start the stage from its beginning', async () => {
    const store = await stored(2);
    for (const checkpoint of store.stages.get('sft')?.values() ?? []) checkpoint.checksum = '';
    const { found, notes } = await open(store);
    expect(found).toBeNull();
    expect(notes.length).toBe(2);
    expect(notes[0]).toMatch(/from its beginning/);
  });

  it('that the storage cannot read are damaged, not an error', async () => {
    const store = await stored(2);
    const read: MemoryCheckpoints['read'] = (stage, slot) =>
      slot === 0 ? store.read(stage, slot) : Promise.reject(new Error('Failed to read large IndexedDB value'));
    const { found, notes } = await open({ ...store, read });
    expect(found?.done).toBe(1);
    expect(notes[0]).toMatch(/cannot read it \(Failed to read/);
  });

  it('with numbers that are not finite are not resumed', async () => {
    const store = await stored(1);
    const { save } = await open(store);
    await save(progress(2, NaN));
    const { found, notes } = await open(store);
    expect(found?.done).toBe(1);
    expect(notes[0]).toMatch(/not finite/);
  });

  it('whose write fails in its middle leave the newer one, and the next write goes to the same slot', async () => {
    const store = await stored(3);
    const kept = structuredClone(newestCheckpoint(store, 'sft'));
    let failing = true;
    const write: MemoryCheckpoints['write'] = async (stage, slot, checkpoint) => {
      await store.write(stage, slot, failing ? { ...checkpoint, floats: {} } : checkpoint);
      if (failing) throw new DOMException('full', 'QuotaExceededError');
    };
    const { save } = await open({ ...store, write });
    await expect(save(progress(4))).rejects.toThrow('full');
    expect((await open(store)).found).toEqual(kept);
    failing = false;
    await save(progress(5));
    const { found, notes } = await open(store);
    expect([found?.done, notes]).toEqual([5, []]);
  });
});
