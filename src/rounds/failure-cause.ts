/**
 * What really went wrong when a stage failed. A lost device shows as an aborted mapping or a disposed tensor, a damaged
 * weight as a loss or logit that is no number; the person needs the cause.
 */
import type { LanguageModel } from '../model/language-model';
import type { Backend } from '../ops/backend';
import { CancelledError, DeviceError, InputError } from '../protocol/errors';
import { firstNonFinite } from './finite';

/** The news of a loss may come a moment after the first thing that failed of it. */
const lossDelayMs = 100;

export interface FailureWitnesses {
  backend: Pick<Backend, 'check'>;
  lost: Promise<DeviceError>;
  model: Pick<LanguageModel, 'baseWeights'>;
}

/** The error itself, or the device's loss, the GPU's own report, or the base weight that is no number, behind it. */
export async function failureCause(failure: unknown, { backend, lost, model }: FailureWitnesses): Promise<unknown> {
  const delay = new Promise<null>((resolve) => setTimeout(() => resolve(null), lossDelayMs));
  const loss = await Promise.race([lost, delay]);
  if (loss) return loss;
  if (failure instanceof CancelledError || failure instanceof DeviceError) return failure;
  const reported = await backend.check().catch((problem: unknown) => problem);
  if (reported instanceof DeviceError) return reported;
  return (await damagedBase(failure, model)) ?? failure;
}

async function damagedBase(failure: unknown, model: FailureWitnesses['model']): Promise<InputError | null> {
  const tellsOfNaN = failure instanceof Error && /NaN|not a number|not finite|no finite|Infinity/.test(failure.message);
  if (!tellsOfNaN) return null;
  try {
    const place = firstNonFinite((await model.baseWeights()).tensors);
    return place === null ? null : damagedBaseError(place, failure);
  } catch {
    return null; // the first error then has to do
  }
}

function damagedBaseError(place: string, error: Error): InputError {
  return new InputError(
    `The base model's weights are damaged: tensor ${place} is not a finite number. Get the model's files again, import them and start a new run; this one cannot go on.`,
    { cause: error },
  );
}
