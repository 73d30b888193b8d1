/** Self-test cases of the chunked softmax: three chunks, of which the last is narrower, and a row without a target. */
import { headGradient } from '../head/gradient';
import { headFinish, headStateWords, headUpdate, noTarget, sequenceSums } from '../head/head';
import { headGradientReference, headReference, sequenceSumsReference } from '../head/reference';
import type { Bench } from './bench';

/** Exponentials of GPUs, and sums of 70 of them. */
const tolerance = 1e-5;
const [rows, vocabulary, columns] = [3, 72, 64];

export function headCases(bench: Bench): void {
  const logits = bench.random(rows * vocabulary).map((value) => 6 * value);
  const targets = Uint32Array.of(70, 3, noTarget);
  const targetPart = bench.words(targets);
  const chunk = (values: ArrayLike<number>, first: number, width: number) =>
    Array.from({ length: rows * width }, (_, i) => values[Math.floor(i / width) * vocabulary + first + (i % width)]!);
  const widths = [
    [0, columns],
    [columns, vocabulary - columns],
  ] as const;

  // The chunks run in order on one state.
  const states = bench.output(rows * headStateWords);
  const [begin, goOn] = widths.map(([first, width]) =>
    headUpdate(
      { rows, first, columns: width },
      { logits: bench.floats(chunk(logits, first, width)), targets: targetPart, states },
    ),
  );
  const { words, places } = knownState(logits, targets);
  bench.check(begin!);
  bench.check(goOn!, { output: states, values: words, places, tolerance });

  const { statistics, normaliser } = headReference(logits, targets, vocabulary);
  const finished = bench.output(rows * 3);
  const normalised = bench.output(rows * 2);
  const whole = bench.words(stateWords(logits, targets));
  bench.check(
    headFinish(rows, { states: whole, targets: targetPart, statistics: finished, normaliser: normalised }),
    { output: finished, values: statistics, tolerance },
    { output: normalised, values: normaliser, tolerance },
  );

  const [sequenceOf, dlogp] = [Uint32Array.of(0, 1, 1), Float32Array.of(0.5, -0.75)];
  const [first, width] = widths[1];
  const inPlace = bench.output(rows * width, chunk(logits, first, width));
  const gradient = headGradientReference(logits, targets, vocabulary, 1, { sequenceOf, dlogp });
  bench.check(
    headGradient({ rows, first, columns: width }, 1, {
      logits: inPlace,
      normaliser: bench.floats(normaliser),
      targets: targetPart,
      sequenceOf: bench.words(sequenceOf),
      dlogp: bench.floats(dlogp),
    }),
    { output: inPlace, values: chunk(gradient, first, width), tolerance },
  );

  const sums = bench.output(2 * 3);
  const rowStart = [0, 1, rows];
  bench.check(
    sequenceSums(
      { sequences: 2, rows },
      { statistics: bench.floats(statistics), rowStart: bench.words(rowStart), sums },
    ),
    { output: sums, values: sequenceSumsReference(statistics, rowStart), tolerance },
  );
}

/** max, sum, weighted, id of the max, target's logit of each row; see head.ts. */
function rowStates(logits: Float32Array, targets: Uint32Array): [number, number, number, number, number][] {
  return Array.from({ length: rows }, (_, row) => {
    const values = [...logits.subarray(row * vocabulary, (row + 1) * vocabulary)];
    const best = Math.max(...values);
    const sum = values.reduce((total, value) => total + Math.exp(value - best), 0);
    const weighted = values.reduce((total, value) => total + Math.exp(value - best) * (value - best), 0);
    return [best, sum, weighted, values.indexOf(best), values[targets[row]!] ?? 0];
  });
}

const bitsOf = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]!;

function stateWords(logits: Float32Array, targets: Uint32Array): number[] {
  return rowStates(logits, targets).flatMap(([best, sum, weighted, id, hit]) => [
    ...[best, sum, weighted].map(bitsOf),
    id,
    bitsOf(hit),
  ]);
}

/** The floats of the states: all but the id, and the target's logit where there is a target. */
function knownState(logits: Float32Array, targets: Uint32Array) {
  const known = rowStates(logits, targets).flatMap((state, row) =>
    [0, 1, 2, ...(targets[row] === noTarget ? [] : [4])].map((field) => ({
      value: state[field]!,
      place: row * headStateWords + field,
    })),
  );
  return { words: known.map(({ value }) => value), places: known.map(({ place }) => place) };
}
