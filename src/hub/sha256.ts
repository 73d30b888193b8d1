/**
 * SHA-256 of a stream (FIPS 180-4). The browser's own digest takes only whole contents, and a file of 2 GB is never whole in
 * memory here.
 */

/** Fractional parts of the cube roots of the first 64 primes, and of the square roots of the first 8. */
const { roundConstants, initialState } = constants();

function constants() {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return {
    roundConstants: Int32Array.from(primes, (prime) => rootBits(prime, 3)),
    initialState: Int32Array.from(primes.slice(0, 8), (prime) => rootBits(prime, 2)),
  };
}

/** floor(2^32 * n^(1/degree)) modulo 2^32, found in integers: a float has too few bits for it. */
function rootBits(n: number, degree: number): number {
  const wanted = BigInt(n) << BigInt(32 * degree);
  let root = 0n;
  for (let bit = 36n; bit >= 0n; bit--) {
    const next = root | (1n << bit);
    if (next ** BigInt(degree) <= wanted) root = next;
  }
  return Number(BigInt.asIntN(32, root));
}

export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** Lower-case hex. Nothing can be added after it. */
  finish(): string;
}

export function createSha256(): Sha256 {
  const state = initialState.slice();
  const schedule = new Int32Array(64);
  const pending = new Uint8Array(64);
  let pendingLength = 0;
  let total = 0;

  function update(bytes: Uint8Array): void {
    total += bytes.length;
    let at = 0;
    if (pendingLength > 0) {
      at = Math.min(64 - pendingLength, bytes.length);
      pending.set(bytes.subarray(0, at), pendingLength);
      pendingLength += at;
      if (pendingLength < 64) return;
      compress(state, schedule, pending, 0);
      pendingLength = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) compress(state, schedule, bytes, at);
    pending.set(bytes.subarray(at));
    pendingLength = bytes.length - at;
  }

  return {
    update,
    finish: () => {
      const length = total;
      const padding = new Uint8Array((pendingLength < 56 ? 56 : 120) - pendingLength + 8);
      padding[0] = 0x80;
      new DataView(padding.buffer).setBigUint64(padding.length - 8, BigInt(length) * 8n);
      update(padding);
      return [...state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
    },
  };
}

/** One block of 64 bytes into `state`. */
function compress(state: Int32Array, w: Int32Array, bytes: Uint8Array, from: number): void {
  for (let i = 0; i < 16; i++) {
    const at = from + 4 * i;
    w[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    const small0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const small1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16]! + small0 + w[i - 7]! + small1) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const big1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const first = (h + big1 + ((e & f) ^ (~e & g)) + roundConstants[i]! + w[i]!) | 0;
    const big0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] = (state[0]! + a) | 0;
  state[1] = (state[1]! + b) | 0;
  state[2] = (state[2]! + c) | 0;
  state[3] = (state[3]! + d) | 0;
  state[4] = (state[4]! + e) | 0;
  state[5] = (state[5]! + f) | 0;
  state[6] = (state[6]! + g) | 0;
  state[7] = (state[7]! + h) | 0;
}
