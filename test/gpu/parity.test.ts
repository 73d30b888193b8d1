/**
 * Reference cases in Node, on both engines and both software adapters: every check on lavapipe, forward and backward passes
 * on SwiftShader, which has no shader-f16 and is many times slower. `npm run parity` runs everything on either.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDevice } from '../../src/gpu/device';
import { openEngine, type EngineName, type EngineUnderTest, type Precision } from '../parity/engines';
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

interface Setting {
  adapter: 'lavapipe' | 'swiftshader';
  engine: EngineName;
  precision: Precision;
}

function parityTests(
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

const definition = { engine: 'definition', precision: 'fp32' } as const;
const fused = (precision: Precision) => ({ engine: 'fused', precision }) as const;
const fixtureNames = listCases(fixtures, null).map(({ source }) => source.name);

describeWith(['lavapipe'], 'parity of the definitions on lavapipe', () => {
  parityTests({ adapter: 'lavapipe', ...definition }, fixtures, fixtureNames, checkNames);
});

describeWith(['lavapipe', 'shared/golden'], 'parity of the definitions, cases that are not among the fixtures', () => {
  parityTests({ adapter: 'lavapipe', ...definition }, shared, onlyInShared, checkNames);
});

describeWith(['lavapipe'], 'parity of the fused engine on lavapipe, packed halves', () => {
  parityTests({ adapter: 'lavapipe', ...fused('packed') }, fixtures, fixtureNames, checkNames);
});

describeWith(['lavapipe', 'shared/golden'], 'parity of the fused engine, cases that are not among the fixtures', () => {
  parityTests({ adapter: 'lavapipe', ...fused('packed') }, shared, onlyInShared, checkNames);
});

describeWith(['lavapipe'], 'parity of the fused engine on lavapipe, native halves', () => {
  parityTests({ adapter: 'lavapipe', ...fused('native') }, fixtures, ['qwen3-f16', 'gpt2-f16'], checkNames);
});

describeWith(['lavapipe'], 'parity of the fused engine on lavapipe, fp32 weights', () => {
  parityTests({ adapter: 'lavapipe', ...fused('fp32') }, fixtures, ['llama-tiny'], checkNames);
});

const onePass = ['logits', 'logprobs', 'gradients'];

describeWith(['swiftshader'], 'parity of the definitions on SwiftShader', () => {
  parityTests({ adapter: 'swiftshader', ...definition }, fixtures, ['gpt2-f16'], onePass);
});

describeWith(['swiftshader'], 'parity of the fused engine on SwiftShader', () => {
  parityTests({ adapter: 'swiftshader', ...fused('packed') }, fixtures, ['llama-tiny', 'gpt2-f16'], onePass);
});
