/** Dropout on the host: Philox-2x32-10 in integers of any size, a second way to what ../random/philox.ts does in u32. */
import type { DropoutValues } from '../random/philox';

const low32 = 0xffffffffn;

/** First word of Philox-2x32-10. */
export function philoxWord(counterLow: number, counterHigh: number, key: number): number {
  let [low, high, roundKey] = [BigInt(counterLow), BigInt(counterHigh), BigInt(key)];
  for (let round = 0; round < 10; round++) {
    const product = 0xd256d193n * low;
    [low, high] = [(product >> 32n) ^ roundKey ^ high, product & low32];
    roundKey = (roundKey + 0x9e3779b9n) & low32;
  }
  return Number(low);
}

/** About a quarter of the inputs is dropped. */
export const quarter: DropoutValues = { dropoutKey: 77, dropoutThreshold: 2 ** 30, dropoutKept: 4 / 3 };

/** What element [row, column] of a LoRA input is multiplied with under `quarter`. */
export function quarterFactor(row: number, column: number): number {
  return philoxWord(column, row, quarter.dropoutKey) < quarter.dropoutThreshold ? 0 : quarter.dropoutKept;
}
