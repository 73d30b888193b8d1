/**
 * Runs every kernel that an engine will use once on a tiny input and compares it with its CPU reference, before anything
 * is computed with it: a driver that compiles a kernel wrongly is found here and not in a run's results. Compiling is what
 * takes the time, and is not lost: the runtime keeps the pipelines. Leaves out speed, and sizes that no real model has.
 */
import type { Kernel } from '../../gpu/kernel';
import type { Runtime } from '../../gpu/runtime';
import { DeviceError } from '../../protocol/errors';
import type { SelfTestRow } from '../../protocol/system';
import { attentionCases } from './attention-cases';
import { createBench, createTape, type Bench, type Tape } from './bench';
import { cacheCases, decodeCases } from './cache-cases';
import { compareChecks } from './compare';
import { headCases } from './head-cases';
import { loraCases, matmulCases, weightGradientCases } from './linear-cases';
import { optimiserCases } from './optimiser-cases';
import type { SelfTestOptions } from './options';
import { ropeCases } from './rope-cases';
import { activationCases, embeddingCases, normCases, normDownCases, pickingCases } from './row-cases';
import { samplingCases } from './sampling-cases';

const cases: readonly ((bench: Bench, options: SelfTestOptions) => void)[] = [
  normCases,
  normDownCases,
  activationCases,
  embeddingCases,
  pickingCases,
  headCases,
  matmulCases,
  loraCases,
  weightGradientCases,
  ropeCases,
  attentionCases,
  cacheCases,
  decodeCases,
  samplingCases,
  optimiserCases,
];

/** Bytes of each of the test's buffers. */
const tapeBytes = 1 << 21;

/**
 * @returns how far each kernel was off
 * @throws DeviceError that names the first kernel that does not compile, or whose result is wrong
 */
export async function runSelfTest(runtime: Runtime, options: SelfTestOptions): Promise<SelfTestRow[]> {
  const buffers = ['inputs', 'outputs', 'scratch'].map((what) =>
    runtime.createBuffer('engine', `self-test ${what}`, tapeBytes),
  );
  try {
    const tapes = buffers.map(createTape) as [Tape, Tape, Tape];
    const [inputs, outputs] = tapes;
    const bench = createBench(...tapes);
    for (const make of cases) make(bench, options);
    await compileAll(
      runtime,
      bench.checks.map(({ dispatch }) => dispatch.kernel),
    );
    for (const tape of [inputs, outputs])
      runtime.write(tape === inputs ? buffers[0]! : buffers[1]!, tape.data.subarray(0, tape.used()));
    for (const { dispatch } of bench.checks) runtime.run(dispatch);
    const words = new Uint32Array(await runtime.read(buffers[1]!, 0, outputs.used() * 4));
    return compareChecks(bench.checks, outputs, words);
  } finally {
    for (const buffer of buffers) runtime.destroyBuffer(buffer);
  }
}

/** All in parallel; an error says which kernel it was. */
async function compileAll(runtime: Runtime, kernels: readonly Kernel[]): Promise<void> {
  const different = [...new Map(kernels.map((kernel) => [kernel.name, kernel])).values()];
  await Promise.all(
    different.map(async (kernel) => {
      try {
        await runtime.compile([kernel]);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new DeviceError(
          `The kernel ${kernel.name} does not compile on this GPU: ${reason} Update the graphics driver and the browser, or choose the definition engine.`,
          { cause: error },
        );
      }
    }),
  );
}
