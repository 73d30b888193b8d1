/** The reference cases as tests of one engine on one adapter, for parity.test.ts and parity-definitions.test.ts. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDevice } from '../../src/gpu/device';
import { openDawn } from '../support/dawn';
import { openEngine, type EngineName, type EngineUnderTest, type Precision } from './engines';
import { listCases } from './node-cases';
import { formatRow, passes } from './report';
import { runCase } from './run-case';

export const fixtures = 'test/fixtures/golden';
export const shared = '../shared/golden';
/**
 * Of the whole set, where it is there, what the fixtures lack. The rest (gpt2-tiny, qwen3-tiny, llama-f16, qwen2-f16) are the
 * same shapes with other seeds; they are left to `npm run parity`, because a full case takes half a minute.
 */
export const onlyInShared = ['qwen2-tiny', 'llama3-rope-light'];
export const fixtureNames = listCases(fixtures, null).map(({ source }) => source.name);
/** Forward and backward through a model, without trainers. */
export const onePass = ['logits', 'logprobs', 'gradients'];

interface Setting {
  adapter: 'lavapipe' | 'swiftshader';
  engine: EngineName;
  precision: Precision;
}

/** One test for each case: every comparison of these checks holds, and nothing is left on the GPU. */
export function parityTests(
  { adapter, engine: name, precision }: Setting,
  folder: string,
  names: string[],
  checks: string[],
): void {
  let engine: EngineUnderTest;
  beforeAll(async () => {
    engine = await openEngine(await openDevice(openDawn(adapter)), name, precision);
  });
  afterAll(() => engine.backend.dispose());

  it.each(names)('%s', async (name) => {
    const [found] = listCases(folder, [name]);
    if (!found) throw new Error(`no case ${name}`);
    const misses: string[] = [];
    let count = 0;
    for await (const result of runCase(found.source, found.expectedFrom, engine, checks)) {
      count++;
      if (!passes(result)) misses.push(formatRow({ ...result, case: name }));
    }
    expect(misses).toEqual([]);
    expect(count).toBeGreaterThan(0);
    // A case leaves nothing behind on the GPU but what the loss checks make on the side.
    expect(engine.backend.memory().bytesAllocated).toBeLessThan(1 << 20);
  });
}
