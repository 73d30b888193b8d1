/** Token embedding in float64: the reference of the kernel's tests and self-test. The gradient's is in ../rows. */

type Numbers = ArrayLike<number>;

interface Table {
  values: Numbers;
  /** Elements from row to row. */
  stride: number;
  /** Row of each token. */
  rows: Numbers;
}

/** Sum of the tables' rows: [tokens, width]. */
export function embedReference(width: number, tables: readonly Table[]): Float64Array {
  const x = new Float64Array(tables[0]!.rows.length * width);
  for (const { values, stride, rows } of tables)
    for (let i = 0; i < x.length; i++) x[i]! += values[rows[Math.floor(i / width)]! * stride + (i % width)]!;
  return x;
}
