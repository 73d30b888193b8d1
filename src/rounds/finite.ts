/** Numbers that are none, named and explained: a NaN must end a stage, not pass into a file. */
import type { NamedTensor } from '../model/adapter-types';
import { TrainingError } from '../protocol/errors';

/** @throws TrainingError when one of `values` is NaN or infinite. @param what "the rewards of the responses" */
export function requireFinite(values: Float32Array, what: string): number[] {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return Array.from(values);
  throw new TrainingError(
    `Number ${bad + 1} of ${what} is ${values[bad]}. A weight of the model is damaged or an activation overflows. ` +
      'Nothing was written. Continue the run to try again; if it stays so, train the stage before with a lower learning rate.',
  );
}

/** "T at 5 (NaN)" for the first number of the first tensor that is not finite; null for none. */
export function firstNonFinite(tensors: ReadonlyMap<string, NamedTensor>): string | null {
  for (const [name, { data }] of tensors) {
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) return `${name} at ${at} (${data[at]})`;
  }
  return null;
}
