/** The iterator helpers that jax-js 0.1.25 uses and Node 20 lacks (Node 22 has them): map and filter of iterators. */

function* mapped<T, U>(iterator: Iterable<T>, f: (value: T, index: number) => U): Generator<U> {
  let index = 0;
  for (const value of iterator) yield f(value, index++);
}

function* filtered<T>(iterator: Iterable<T>, keep: (value: T, index: number) => boolean): Generator<T> {
  let index = 0;
  for (const value of iterator) if (keep(value, index++)) yield value;
}

/** Adds what is missing to the prototype of all iterators. */
export function addIteratorHelpers(): void {
  const prototype: object = Object.getPrototypeOf(Object.getPrototypeOf([].values()));
  const add = (name: string, value: (...args: never[]) => unknown) => {
    if (!(name in prototype)) Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  };
  add('map', function map(this: Iterable<unknown>, f: (value: unknown, index: number) => unknown) {
    return mapped(this, f);
  });
  add('filter', function filter(this: Iterable<unknown>, keep: (value: unknown, index: number) => boolean) {
    return filtered(this, keep);
  });
}
