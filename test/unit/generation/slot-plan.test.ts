/** Who gets which slot: prompts computed once and copied, kept where they are, and never copied from what is overwritten. */
import { describe, expect, it } from 'vitest';
import { admit, type SlotContent } from '../../../src/generation/fused/slot-plan';
import { seededRandom } from '../../../src/data/seeded-random';

const request = (promptKey: string, length = 4) => ({ promptKey, promptIds: Array.from({ length }, (_, i) => i) });
const empty: SlotContent = { promptKey: null, running: false };

describe('giving slots to responses', () => {
  it('computes a prompt once for its samples, in batches within the budget', () => {
    const waiting = [request('a'), request('a'), request('b'), request('c', 6), request('d')];
    const { starts, prefills, copies } = admit([empty, empty, empty, empty], waiting, 6);
    expect(starts.map(({ slot, request: { promptKey } }) => [slot, promptKey])).toEqual([
      [0, 'a'],
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(prefills.map((batch) => batch.map(({ slot }) => slot))).toEqual([[0, 2], [3]]);
    expect(copies).toEqual([{ from: 0, to: 1, length: 3 }]);
  });

  it('copies from a slot that runs, keeps a prompt in its slot, and needs nothing for one token', () => {
    const slots = [
      { promptKey: 'a', running: true },
      { promptKey: 'b', running: false },
      { promptKey: 'c', running: false },
      { promptKey: 'c', running: false },
    ];
    const { starts, prefills, copies } = admit(slots, [request('a'), request('b'), request('one', 1)], 100);
    expect(starts.find(({ request: { promptKey } }) => promptKey === 'b')?.slot).toBe(1);
    expect(copies).toEqual([{ from: 0, to: 2, length: 3 }]);
    expect(prefills).toEqual([]);
  });

  it('never reads and writes one slot, and takes the first that wait, on random slots', () => {
    const random = seededRandom('slots');
    const pick = (count: number) => Math.floor(random() * count);
    for (let i = 0; i < 500; i++) {
      const slots = Array.from({ length: 1 + pick(6) }, () => ({ promptKey: `${pick(4)}`, running: pick(2) === 0 }));
      const waiting = Array.from({ length: pick(8) }, () => request(`${pick(4)}`, 3));
      const { starts, prefills, copies } = admit(slots, waiting, 4);
      const free = slots.filter(({ running }) => !running).length;
      expect(starts).toHaveLength(Math.min(free, waiting.length));
      expect(new Set(starts.map(({ slot }) => slot)).size).toBe(starts.length);
      expect(new Set(starts.map(({ request: one }) => one))).toEqual(new Set(waiting.slice(0, starts.length)));
      const written = new Set([...copies.map(({ to }) => to)]);
      expect(copies.some(({ from }) => written.has(from))).toBe(false);
      // What each slot holds afterwards is what was asked for.
      const held = slots.map(({ promptKey }) => promptKey);
      const keyOf = new Map(starts.map(({ slot, request: { promptKey } }) => [slot, promptKey]));
      for (const { slot } of prefills.flat()) held[slot] = keyOf.get(slot)!;
      for (const { from, to } of copies) held[to] = held[from]!;
      for (const {
        slot,
        request: { promptKey },
      } of starts)
        expect(held[slot]).toBe(promptKey);
    }
  });
});
