/**
 * The reference cases in Node, on both software adapters: all of them on lavapipe, the engine's mathematics on
 * SwiftShader, which has no shader-f16 and is several times slower. `npm run parity` runs everything on either.
 */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDevice } from '../../src/gpu/device';
import { startBackend, type Backend } from '../../src/ops/backend';
import { listCases } from '../parity/node-cases';
import { formatRow, passes } from '../parity/report';
import { checkNames, runCase } from '../parity/run-case';
import { openDawn } from '../support/dawn';
import { describeWith } from '../support/needs';

const fixtures = 'test/fixtures/golden';
/** The whole set where it is there; a clone without it has some cases of its own. */
const root = existsSync('../shared/golden') ? '../shared/golden' : fixtures;

function parityTests(
  adapter: 'lavapipe' | 'swiftshader',
  folder: string,
  only: string[] | null,
  checks: string[],
): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await startBackend(await openDevice(openDawn(adapter)));
  });
  afterAll(() => backend.dispose());

  it.each(listCases(folder, only).map((found) => ({ name: found.source.name, found })))('$name', async ({ found }) => {
    const misses: string[] = [];
    let count = 0;
    for await (const result of runCase(found.source, found.expectedFrom, backend, checks)) {
      count++;
      if (!passes(result)) misses.push(formatRow({ ...result, case: found.source.name }));
    }
    expect(misses).toEqual([]);
    expect(count).toBeGreaterThan(0);
    // A case leaves nothing behind on the GPU but what the loss checks make on the side.
    expect(backend.memory().bytesAllocated).toBeLessThan(1 << 20);
  });
}

describeWith(['lavapipe'], `parity on lavapipe, ${root}`, () => {
  parityTests('lavapipe', root, null, checkNames);
});

describeWith(['swiftshader'], 'parity on SwiftShader', () => {
  parityTests(
    'swiftshader',
    fixtures,
    ['llama-tiny', 'gpt2-f16'],
    ['logits', 'logprobs', 'greedy', 'lora', 'gradients', 'dpo'],
  );
});
