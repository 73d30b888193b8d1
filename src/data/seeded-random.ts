/**
 * Repeatable random numbers for data order, sampling on the CPU and initial weights. A stream is named by its keys
 * (e.g. seed, 'sft', epoch), so no stage depends on how many numbers another one has drawn. Not for cryptography.
 */

const PHILOX_MULTIPLIER = 0xd256d193;
const PHILOX_WEYL = 0x9e3779b9;
const PHILOX_ROUNDS = 10;

/** High 32 bits of the unsigned product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle % 0x10000);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** Philox-2x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): 64 random bits for a counter. */
export function philox(counterLow: number, counterHigh: number, key: number): [number, number] {
  let low = counterLow >>> 0;
  let high = counterHigh >>> 0;
  let roundKey = key >>> 0;
  for (let round = 0; round < PHILOX_ROUNDS; round++) {
    const product = multiplyHigh(PHILOX_MULTIPLIER, low);
    const rest = Math.imul(PHILOX_MULTIPLIER, low) >>> 0;
    low = (product ^ roundKey ^ high) >>> 0;
    high = rest;
    roundKey = (roundKey + PHILOX_WEYL) >>> 0;
  }
  return [low, high];
}

/** Two 32-bit hashes of a text by multiply-xor mixing with different constants; spreads every character over both. */
function hashText(text: string): [number, number] {
  let first = 0x243f6a88;
  let second = 0x85a308d3;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    first = Math.imul(first ^ code, 0x9e3779b1);
    first ^= first >>> 15;
    second = Math.imul(second ^ code, 0x85ebca77);
    second ^= second >>> 13;
  }
  return philox(first ^ text.length, second, 0x13198a2e);
}

/** The 32-bit key and stream of philox() behind seededRandom(...keys): number n of the stream is philox(n, stream, key). */
export function streamKeys(...keys: (number | string)[]): [key: number, stream: number] {
  return hashText(JSON.stringify(keys));
}

/**
 * The stream of random numbers named by `keys`: uniform in [0, 1) with 53 random bits. The same keys always give the
 * same stream; 1 and "1" are different keys. Number n of a stream is a pure function of (keys, n).
 */
export function seededRandom(...keys: (number | string)[]): () => number {
  return philoxRandom(...streamKeys(...keys));
}

/** The numbers of the stream with this key and number; see streamKeys(). */
export function philoxRandom(key: number, stream: number): () => number {
  let counter = 0;
  return () => {
    const [low, high] = philox(counter++, stream, key);
    return ((low >>> 5) * 0x4000000 + (high >>> 6)) / 0x20000000000000;
  };
}

/** A shuffled copy (Fisher-Yates); every order is equally likely. */
export function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [shuffled[last] as T, shuffled[other] as T];
    shuffled[last] = b;
    shuffled[other] = a;
  }
  return shuffled;
}
