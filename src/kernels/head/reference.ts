/** Statistics and gradient of targets under whole logits, in float64: the reference of the kernels' tests and self-test. */
import { noTarget } from './head';

type Numbers = ArrayLike<number>;

function softmaxOfRow(logits: Numbers, row: number, vocabulary: number) {
  const values = Array.from({ length: vocabulary }, (_, i) => logits[row * vocabulary + i]!);
  const best = values.reduce((a, b) => Math.max(a, b));
  const logSum = Math.log(values.reduce((sum, value) => sum + Math.exp(value - best), 0));
  return { best, logSum, argmax: values.indexOf(best), logp: values.map((value) => value - best - logSum) };
}

/** statistics [rows, 3] and normaliser [rows, 2] of logits [rows, vocabulary], as headFinish() gives them. */
export function headReference(logits: Numbers, targets: Numbers, vocabulary: number) {
  const statistics = new Float64Array(targets.length * 3);
  const normaliser = new Float64Array(targets.length * 2);
  for (let row = 0; row < targets.length; row++) {
    const { best, logSum, argmax, logp } = softmaxOfRow(logits, row, vocabulary);
    const entropy = -logp.reduce((sum, l) => sum + Math.exp(l) * l, 0);
    statistics.set([logp[targets[row]!] ?? 0, entropy, targets[row] === argmax ? 1 : 0], row * 3);
    normaliser.set([best, logSum], row * 2);
  }
  return { statistics, normaliser };
}

/** d(scale * sum over rows of dlogp[sequenceOf[row]] * log p(target)) / d logits: [rows, vocabulary]. */
export function headGradientReference(
  logits: Numbers,
  targets: Numbers,
  vocabulary: number,
  scale: number,
  { sequenceOf, dlogp }: { sequenceOf: Numbers; dlogp: Numbers },
): Float64Array {
  const gradient = new Float64Array(logits.length);
  for (let row = 0; row < targets.length; row++) {
    if (targets[row] === noTarget) continue;
    const { logp } = softmaxOfRow(logits, row, vocabulary);
    const d = dlogp[sequenceOf[row]!]! * scale;
    for (let i = 0; i < vocabulary; i++)
      gradient[row * vocabulary + i] = ((targets[row] === i ? 1 : 0) - Math.exp(logp[i]!)) * d;
  }
  return gradient;
}

/** sums [sequences, 3] of statistics [rows, 3]. */
export function sequenceSumsReference(statistics: Numbers, rowStart: Numbers): Float64Array {
  const sums = new Float64Array((rowStart.length - 1) * 3);
  for (let s = 0; s + 1 < rowStart.length; s++)
    for (let i = 3 * rowStart[s]!; i < 3 * rowStart[s + 1]!; i++) sums[3 * s + (i % 3)]! += statistics[i]!;
  return sums;
}
