/**
 * The ops once more, in plain float64 JavaScript and straight from their formulas: what tests hold src/ops against.
 * Matrices are arrays of rows. Nothing is shared with the code under test. Rows are filled in plain loops: finite differences
 * run whole models thousands of times, and TypedArray.from with a function took most of such a test's time.
 */

export type Row = Float64Array;
export type Matrix = Row[];

/** `data` cut into rows of `width`. */
export function rowsOf(data: ArrayLike<number>, width: number): Matrix {
  const whole = data instanceof Float64Array ? data : Float64Array.from(data);
  return Array.from({ length: data.length / width }, (_, r) => whole.slice(r * width, (r + 1) * width));
}

/** A row of `length` values. */
function rowOf(length: number, value: (i: number) => number): Row {
  const row = new Float64Array(length);
  for (let i = 0; i < length; i++) row[i] = value(i);
  return row;
}

export function flat(rows: Matrix): Row {
  const joined = new Float64Array(rows.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const row of rows) {
    joined.set(row, at);
    at += row.length;
  }
  return joined;
}

export function dot(a: Row, b: Row): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export function transpose(x: Matrix): Matrix {
  return Array.from({ length: x[0]!.length }, (_, c) => rowOf(x.length, (r) => x[r]![c]!));
}

export function product(x: Matrix, w: Matrix): Matrix {
  const columns = transpose(w);
  return x.map((row) => rowOf(columns.length, (c) => dot(row, columns[c]!)));
}

export function plus(x: Matrix, y: Matrix): Matrix {
  return x.map((row, r) => row.map((value, c) => value + y[r]![c]!));
}

/** x W + bias, W [in, out]. */
export function linear(x: Matrix, weight: Matrix, bias?: Row): Matrix {
  return product(x, weight).map((row) => (bias ? row.map((value, c) => value + bias[c]!) : row));
}

/** scale * x A^T B^T, A [rank, in], B [out, rank]. */
export function loraTerm(x: Matrix, a: Matrix, b: Matrix, scale: number): Matrix {
  return product(product(x, transpose(a)), transpose(b)).map((row) => row.map((value) => scale * value));
}

export function rmsNorm(x: Matrix, weight: Row, epsilon: number): Matrix {
  return x.map((row) => {
    const root = Math.sqrt(dot(row, row) / row.length + epsilon);
    return row.map((value, c) => (value / root) * weight[c]!);
  });
}

export function layerNorm(x: Matrix, weight: Row, bias: Row, epsilon: number): Matrix {
  return x.map((row) => {
    const mean = row.reduce((a, b) => a + b, 0) / row.length;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / row.length;
    return row.map((value, c) => ((value - mean) / Math.sqrt(variance + epsilon)) * weight[c]! + bias[c]!);
  });
}

/** Turns (x_i, x_{i+d/2}) by an angle given by its cos and sin, which hold each angle twice. */
export function rope(x: Row, cos: Row, sin: Row): Row {
  const half = x.length / 2;
  return x.map((value, i) => value * cos[i]! + (i < half ? -x[i + half]! : x[i - half]!) * sin[i]!);
}

export function softmax(scores: Row): Row {
  const largest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = scores.map((score) => Math.exp(score - largest));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

/** One query over the keys and values it sees. */
export function attend(query: Row, keys: Matrix, values: Matrix): Row {
  const weights = softmax(rowOf(keys.length, (k) => dot(query, keys[k]!) / Math.sqrt(query.length)));
  return product([weights], values)[0]!;
}

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export function swiglu(gate: Row, up: Row): Row {
  return gate.map((value, i) => value * sigmoid(value) * up[i]!);
}

export function geluNew(x: Row): Row {
  return x.map((value) => 0.5 * value * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3))));
}

export interface TokenFigures {
  logp: number;
  entropy: number;
  correct: number;
}

/** Figures of `target` under softmax(hidden weight^T). */
export function tokenFigures(hidden: Row, weight: Matrix, target: number): TokenFigures {
  const probabilities = softmax(rowOf(weight.length, (r) => dot(hidden, weight[r]!)));
  return {
    logp: Math.log(probabilities[target]!),
    entropy: -probabilities.reduce((sum, p) => sum + p * Math.log(p), 0),
    correct: probabilities.indexOf(Math.max(...probabilities)) === target ? 1 : 0,
  };
}
