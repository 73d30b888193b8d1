/**
 * Reference cases in Node, on both software adapters: every check on lavapipe, forward and backward passes on
 * SwiftShader, which has no shader-f16 and is many times slower. `npm run parity` runs everything on either.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDevice } from '../../src/gpu/device';
import { openEngine, type EngineUnderTest } from '../parity/engines';
import { listCases } from '../parity/node-cases';
import { formatRow, passes } from '../parity/report';
import { checkNames, runCase } from '../parity/run-case';
import { openDawn } from '../support/dawn';
import { describeWith } from '../support/needs';

const fixtures = 'test/fixtures/golden';
const shared = '../shared/golden';
/**
 * Of the whole set, where it is there, what the fixtures lack. The rest (gpt2-tiny, qwen3-tiny, llama-f16, qwen2-f16) are the
 * same shapes with other seeds; they are left to `npm run parity`, because a full case takes half a minute.
 */
const onlyInShared = ['qwen2-tiny', 'llama3-rope-light'];

function parityTests(adapter: 'lavapipe' | 'swiftshader', folder: string, names: string[], checks: string[]): void {
  let engine: EngineUnderTest;
  beforeAll(async () => {
    engine = await openEngine(await openDevice(openDawn(adapter)), 'definition', 'fp32');
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

describeWith(['lavapipe'], 'parity on lavapipe', () => {
  const names = listCases(fixtures, null).map(({ source }) => source.name);
  parityTests('lavapipe', fixtures, names, checkNames);
});

describeWith(['lavapipe', 'shared/golden'], 'parity on lavapipe, cases that are not among the fixtures', () => {
  parityTests('lavapipe', shared, onlyInShared, checkNames);
});

describeWith(['swiftshader'], 'parity on SwiftShader', () => {
  parityTests('swiftshader', fixtures, ['llama-tiny', 'gpt2-f16'], ['logits', 'logprobs', 'gradients']);
});
