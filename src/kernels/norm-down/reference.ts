/** The norm and the low-rank states in float64: the references of the two kernels that this one joins. */
import { loraDownReference } from '../lora/reference';
import type { NormShape } from '../norm/norm';
import { normReference } from '../norm/reference';

type Numbers = ArrayLike<number>;

/** y [rows, width] and u [rows, ranks]. */
export function normDownReference(
  shape: NormShape,
  ranks: number,
  { x, weight, bias, a }: { x: Numbers; weight: Numbers; bias?: Numbers | undefined; a: Numbers },
) {
  const y = normReference(shape, x, weight, bias);
  return { y, u: loraDownReference(y, a, { tokens: shape.rows, width: shape.width, ranks }) };
}
