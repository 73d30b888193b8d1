/** A buffer of fixed capacity that forgets its oldest items first. Leaves out what the items mean. */

export interface RingBuffer<T> {
  readonly capacity: number;
  readonly length: number;
  /** How many items were forgotten to make room. */
  readonly forgotten: number;
  push(item: T): void;
  last(): T | undefined;
  /** Removes the newest item and returns it. */
  pop(): T | undefined;
  /** Oldest first. */
  toArray(): T[];
}

/** @param capacity items, at least 1 */
export function createRingBuffer<T>(capacity: number): RingBuffer<T> {
  const slots: T[] = [];
  let start = 0;
  let length = 0;
  let forgotten = 0;
  const slot = (index: number) => (start + index) % capacity;

  return {
    capacity,
    get length() {
      return length;
    },
    get forgotten() {
      return forgotten;
    },
    push: (item) => {
      slots[slot(length)] = item;
      if (length < capacity) length += 1;
      else {
        start = slot(1);
        forgotten += 1;
      }
    },
    last: () => (length === 0 ? undefined : slots[slot(length - 1)]),
    pop: () => {
      if (length === 0) return undefined;
      length -= 1;
      return slots[slot(length)];
    },
    toArray: () => {
      const end = start + length;
      return end <= capacity ? slots.slice(start, end) : [...slots.slice(start), ...slots.slice(0, end - capacity)];
    },
  };
}
