/**
 * The self-test at start-up: passes for the engines that there are, and names a kernel whose code is wrong. Each test has
 * a runtime of its own, as pipelines are kept by name.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { openDevice } from '../../../src/gpu/device';
import type { Kernel } from '../../../src/gpu/kernel';
import { createRuntime, type Runtime } from '../../../src/gpu/runtime';
import { cpuAttention } from '../../../src/kernels/attention/attention';
import { defaultTiles, fixedTile } from '../../../src/kernels/matmul/choice';
import { tileFacts } from '../../../src/kernels/matmul/tiles';
import type { SelfTestOptions } from '../../../src/kernels/self-test/options';
import { runSelfTest } from '../../../src/kernels/self-test/self-test';
import { compileQuickly, openDawn } from '../../support/dawn';

compileQuickly();

const opened: Runtime[] = [];

async function openRuntime(): Promise<Runtime> {
  const runtime = createRuntime(await openDevice(openDawn('lavapipe')));
  opened.push(runtime);
  return runtime;
}

afterEach(async () => {
  for (const runtime of opened.splice(0)) {
    await runtime.finish();
    runtime.dispose();
    runtime.device.destroy();
  }
});

/** TinyLlama's engine on a CPU adapter. */
const base = (runtime: Runtime): SelfTestOptions => ({
  weightType: 'packed',
  machine: 'software',
  attention: cpuAttention,
  tiles: defaultTiles(tileFacts(runtime.device), true),
  shuffledGradients: tileFacts(runtime.device).shuffle,
  family: 'llama',
  hiddenSize: 2048,
  headDim: 64,
  qkNorm: false,
  bias: false,
  rank: 16,
  dropout: false,
  full: false,
  generation: true,
});

/** The same runtime, but one kernel's code is changed on its way to the GPU. */
function withFault(runtime: Runtime, name: RegExp, change: (code: string) => string): Runtime {
  const altered = new Map<string, Kernel>();
  const alter = (kernel: Kernel): Kernel => {
    if (!name.test(kernel.name)) return kernel;
    const code = change(kernel.code);
    expect(code, kernel.name).not.toBe(kernel.code);
    const made = altered.get(kernel.name) ?? { ...kernel, code };
    altered.set(kernel.name, made);
    return made;
  };
  return {
    ...runtime,
    compile: (kernels) => runtime.compile(kernels.map(alter)),
    run: (dispatch) => runtime.run({ ...dispatch, kernel: alter(dispatch.kernel), params: dispatch.params }),
  };
}

const timed = async (what: string, work: () => Promise<unknown>) => {
  const [start, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  const [wall, cpu] = [performance.now() - start, (user + system) / 1000];
  console.log(`self-test, ${what}: ${Math.round(wall)} ms, ${Math.round(cpu)} ms of CPU`);
};

describe('self-test', () => {
  it('passes for a Llama-like model with packed halves, and leaves nothing behind', async () => {
    const runtime = await openRuntime();
    const before = runtime.ledger.byCategory().engine;
    const start = runtime.counts().dispatches;
    await timed('packed, first time', () => runSelfTest(runtime, base(runtime)));
    const dispatches = runtime.counts().dispatches - start;
    await timed(`packed, pipelines there, ${dispatches} dispatches`, () => runSelfTest(runtime, base(runtime)));
    expect(runtime.ledger.byCategory().engine).toBe(before);
  });

  it('passes with native halves, dropout, norms of heads, and the tiles of GPUs', async () => {
    const runtime = await openRuntime();
    const gpu: SelfTestOptions = {
      ...base(runtime),
      weightType: 'native',
      machine: 'gpu',
      attention: cpuAttention,
      shuffledGradients: false,
      tiles: {
        ...fixedTile('block64x64'),
        fallback: { ...fixedTile('rows8').fallback, many: fixedTile('block64x64').fallback.many },
      },
      qkNorm: true,
      dropout: true,
    };
    await timed('native', () => runSelfTest(runtime, gpu));
  });

  it('passes for GPT-2 with all weights trained', async () => {
    const runtime = await openRuntime();
    const options: SelfTestOptions = {
      ...base(runtime),
      family: 'gpt2',
      hiddenSize: 768,
      bias: true,
      rank: null,
      full: true,
    };
    await timed('gpt2, full', () => runSelfTest(runtime, options));
  });

  it.each<[string, RegExp, (code: string) => string]>([
    ['a norm', /^norm\.forward/, (code) => code.replace('params.epsilon', '(params.epsilon + 0.01)')],
    ['a matmul', /^matmul\.nt\..*add/, (code) => code.replace('< params.k;', '< params.k - 4u;')],
    ['attention backward', /^attention\.keys/, (code) => code.replaceAll('* params.scale;', '* 1.001;')],
    ['a cache', /^kvCache\.rotateAppend/, (code) => code.replace('length - 1u', 'length - 2u')],
    ['a weight gradient', /^weightGradient\.shuffled/, (code) => code.replace('lane / 4u', 'lane % 4u')],
    ['sampling', /^sampling/, (code) => code.replaceAll('params.topP', '1.0')],
    ['a write too far', /^rows\.gather/, (code) => code.replace('column >= params.width', 'column > params.width')],
  ])('finds and names %s with a fault', async (_, name, change) => {
    const runtime = await openRuntime();
    const faulty = withFault(runtime, name, change);
    const message = await runSelfTest(faulty, { ...base(runtime), full: name.test('weightGradient.shuffled') }).then(
      () => 'passed',
      (error: Error) => `${error.name}: ${error.message}`,
    );
    expect(message).toMatch(/^DeviceError: The kernel \S+ gives wrong results on this GPU \(.*\)\. Update/);
    expect(message.split(' ')[3]).toMatch(name);
  });
});
