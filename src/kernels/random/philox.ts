/**
 * Counter-based random bits inside kernels: Philox-2x32-10 (Salmon et al. 2011), bit for bit the host's philox() in
 * src/data/seeded-random.ts, and a dropout mask made from it. WGSL to put into other kernels; no kernel of its own.
 */

/** `fn philox(low: u32, high: u32, key: u32) -> vec2<u32>`. */
export const philoxWgsl = /* wgsl */ `
fn multiplyHigh(a: u32, b: u32) -> u32 {
  let aLow = a & 0xffffu;
  let aHigh = a >> 16u;
  let bLow = b & 0xffffu;
  let bHigh = b >> 16u;
  let middle = aHigh * bLow + ((aLow * bLow) >> 16u);
  let carry = aLow * bHigh + (middle & 0xffffu);
  return aHigh * bHigh + (middle >> 16u) + (carry >> 16u);
}
fn philox(counterLow: u32, counterHigh: u32, key: u32) -> vec2<u32> {
  var low = counterLow;
  var high = counterHigh;
  var roundKey = key;
  for (var round = 0u; round < 10u; round++) {
    let product = multiplyHigh(0xd256d193u, low);
    let rest = 0xd256d193u * low;
    low = product ^ roundKey ^ high;
    high = rest;
    roundKey += 0x9e3779b9u;
  }
  return vec2<u32>(low, high);
}
`;

/** Parameters of a kernel that applies dropout. A threshold of 0 means none. */
export const dropoutParams = { dropoutKey: 'u32', dropoutThreshold: 'u32', dropoutKept: 'f32' } as const;

export interface DropoutValues {
  dropoutKey: number;
  /** rate * 2^32 */
  dropoutThreshold: number;
  /** 1 / (1 - rate) */
  dropoutKept: number;
}

export const noDropout: DropoutValues = { dropoutKey: 0, dropoutThreshold: 0, dropoutKept: 1 };

/**
 * `fn dropoutFactor(row: u32, column: u32) -> f32`: 0 with the rate's probability, else 1/(1-rate); the same for the same
 * (key, row, column) in every kernel, forward and backward. Needs philoxWgsl and the fields of dropoutParams in `params`.
 */
export const dropoutWgsl = /* wgsl */ `
fn dropoutFactor(row: u32, column: u32) -> f32 {
  if (params.dropoutThreshold == 0u) { return 1.0; }
  return select(params.dropoutKept, 0.0, philox(column, row, params.dropoutKey).x < params.dropoutThreshold);
}
`;
