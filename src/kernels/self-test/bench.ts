/**
 * The memory of the self-test: all inputs in one buffer, all outputs in another, so that the whole test is two uploads
 * and one readback; seeded data that halves hold exactly; and what each dispatch should have written.
 * Leaves out the kernels; see the cases.
 */
import type { BufferPart, Dispatch, WeightType } from '../../gpu/kernel';
import { halfBits } from './half';

/** What a dispatch should have left in one of its outputs. */
export interface Expectation {
  /** A part that output() gave. */
  output: BufferPart;
  values: ArrayLike<number>;
  /** Of the largest magnitude of `values`; 0 asks for equality. */
  tolerance: number;
  /** 'u32' and 'f16' read the same bytes as such. */
  as?: 'f32' | 'u32' | 'f16';
  /** Where each value lies, in elements; its own index when absent. */
  places?: ArrayLike<number>;
}

export interface Check {
  dispatch: Dispatch;
  expected: readonly Expectation[];
}

/** A matrix as kernels read it, and its values with the padding of its rows. */
export interface StoredMatrix {
  part: BufferPart;
  stride: number;
  values: Float32Array;
}

export interface Bench {
  readonly checks: readonly Check[];
  /** `length` multiples of 1/1024 in [-1, 1), always the same. */
  random(length: number): Float32Array;
  floats(values: ArrayLike<number>): BufferPart;
  words(values: ArrayLike<number>): BufferPart;
  /** [rows, width] of random values; rows of halves are padded to multiples of 8. */
  matrix(rows: number, width: number, type: WeightType): StoredMatrix;
  /** `words` of poison, or the values that the kernel adds to or works on. */
  output(words: number, before?: ArrayLike<number>): BufferPart;
  outputWords(before: ArrayLike<number>): BufferPart;
  /** For what a kernel leaves to the next one. */
  scratch(words: number): BufferPart;
  check(dispatch: Dispatch, ...expected: Expectation[]): void;
}

/** A NaN as f32, a huge index as u32: what a kernel must overwrite, and must not touch behind its output. */
export const poison = 0x7fc0dead;
/** 4-byte words of poison behind each output, at least. */
export const guardWords = 4;
const partWords = 64;

/** The two buffers, filled on the host. */
export interface Tape {
  readonly data: Uint32Array<ArrayBuffer>;
  /** Words used. */
  used(): number;
  /** Words of a part without its guard. */
  wordsOf(part: BufferPart): number;
  /** A part that begins with `values`, the rest of it poison. */
  add(words: number, values?: Uint32Array): BufferPart;
}

export function createTape(buffer: GPUBuffer): Tape {
  const data = new Uint32Array(buffer.size / 4).fill(poison);
  const lengths = new Map<BufferPart, number>();
  let end = 0;
  return {
    data,
    used: () => end,
    wordsOf: (part) => lengths.get(part) ?? 0,
    add: (words, values) => {
      const start = end;
      end += Math.ceil((words + guardWords) / partWords) * partWords;
      if (end > data.length) throw new Error('internal: the self-test has too little memory');
      if (values) data.set(values, start);
      const part = { buffer, offset: start * 4, size: (end - start) * 4 };
      lengths.set(part, words);
      return part;
    },
  };
}

export function createBench(inputs: Tape, outputs: Tape, scratch: Tape): Bench {
  const checks: Check[] = [];
  const random = generator();
  const bits = (values: ArrayLike<number>) => new Uint32Array(Float32Array.from(values).buffer);
  const randoms = (length: number) => Float32Array.from({ length }, random);
  return {
    checks,
    random: randoms,
    floats: (values) => inputs.add(values.length, bits(values)),
    words: (values) => inputs.add(values.length, Uint32Array.from(values)),
    matrix: (rows, width, type) => {
      const stride = type === 'f32' ? width : Math.ceil(width / 8) * 8;
      const values = new Float32Array(rows * stride);
      for (let row = 0; row < rows; row++) values.set(randoms(width), row * stride);
      const stored = type === 'f32' ? bits(values) : new Uint32Array(Uint16Array.from(values, halfBits).buffer);
      return { part: inputs.add(stored.length, stored), stride, values };
    },
    output: (words, before) => outputs.add(words, before && bits(before)),
    outputWords: (before) => outputs.add(before.length, Uint32Array.from(before)),
    scratch: (words) => scratch.add(words),
    check: (dispatch, ...expected) => void checks.push({ dispatch, expected }),
  };
}

/** Multiples of 1/1024 in [-1, 1), by a linear congruential generator (Numerical Recipes). */
function generator(): () => number {
  let state = 20260;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 21) / 1024 - 1;
  };
}
