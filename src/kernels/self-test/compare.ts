/** Compares what the GPU left in the outputs with what the references say, and words the error. */
import { DeviceError } from '../../protocol/errors';
import type { SelfTestRow } from '../../protocol/system';
import { guardWords, poison, type Check, type Expectation, type Tape } from './bench';
import { halfValue } from './half';

/**
 * @param words everything that the outputs hold after the test
 * @returns how far each kernel was off, its worst output
 * @throws DeviceError that names the first wrong kernel
 */
export function compareChecks(checks: readonly Check[], tape: Tape, words: Uint32Array<ArrayBuffer>): SelfTestRow[] {
  const rows = new Map<string, SelfTestRow>();
  for (const { dispatch, expected } of checks) {
    for (const expectation of expected) {
      const { tolerance } = expectation;
      const error = errorOf(expectation, words);
      if (!(error <= tolerance)) throw wrongResult(dispatch.kernel.name, error, tolerance);
      if (!guardHolds(expectation, tape, words)) throw wroteOutside(dispatch.kernel.name);
      const kernel = dispatch.kernel.name;
      const before = rows.get(kernel);
      if (!before || error / tolerance > before.error / before.tolerance)
        rows.set(kernel, { kernel, error, tolerance });
    }
  }
  return [...rows.values()];
}

/** Largest difference over the largest magnitude expected; NaN where an element is none. */
function errorOf({ output, values, places, as = 'f32' }: Expectation, words: Uint32Array<ArrayBuffer>): number {
  const start = output.offset ?? 0;
  const found =
    as === 'f32'
      ? new Float32Array(words.buffer, start)
      : as === 'u32'
        ? words.subarray(start / 4)
        : new Uint16Array(words.buffer, start);
  let [worst, largest] = [0, 1e-30];
  for (let i = 0; i < values.length; i++) {
    const place = places ? places[i]! : i;
    const value = as === 'f16' ? halfValue(found[place]!) : found[place]!;
    const difference = Math.abs(value - values[i]!);
    if (Number.isNaN(difference)) return NaN;
    worst = Math.max(worst, difference);
    largest = Math.max(largest, Math.abs(values[i]!));
  }
  return worst / largest;
}

function guardHolds({ output }: Expectation, tape: Tape, words: Uint32Array): boolean {
  const end = (output.offset ?? 0) / 4 + tape.wordsOf(output);
  return words.subarray(end, end + guardWords).every((word) => word === poison);
}

const advice =
  'Update the graphics driver and the browser; if it stays, choose the definition engine, which uses none of these kernels.';

function wrongResult(kernel: string, error: number, allowed: number): DeviceError {
  const figures = Number.isNaN(error)
    ? 'not a number'
    : `error ${error.toExponential(1)}, allowed ${allowed.toExponential(1)}`;
  return new DeviceError(`The kernel ${kernel} gives wrong results on this GPU (${figures}). ${advice}`);
}

function wroteOutside(kernel: string): DeviceError {
  return new DeviceError(
    `The kernel ${kernel} gives wrong results on this GPU (it writes outside its output). ${advice}`,
  );
}
