/** The roofline of one dispatch on a T4, and the sums over many. */
import type { Dispatch } from '../../../src/gpu/kernel';

/** Share of the ceilings that kernels reach. */
export const efficiency = 0.5;
/** fp32 operations and bytes of memory a second: NVIDIA's figures for the T4. */
export const t4 = { flops: 8.1e12, bytes: 320e9, dispatchSeconds: 30e-6 };

export interface Cost {
  dispatches: number;
  flops: number;
  bytes: number;
  /** Seconds of dispatches that are bound by arithmetic, of those bound by memory, and of starting all of them. */
  compute: number;
  bandwidth: number;
  dispatch: number;
}

export const seconds = ({ compute, bandwidth, dispatch }: Cost): number => compute + bandwidth + dispatch;

export const noCost: Cost = { dispatches: 0, flops: 0, bytes: 0, compute: 0, bandwidth: 0, dispatch: 0 };

export function dispatchCost({ flops = 0, bytes = 0 }: Dispatch): Cost {
  const [arithmetic, memory] = [flops / (efficiency * t4.flops), bytes / (efficiency * t4.bytes)];
  const bound = arithmetic > memory;
  return {
    dispatches: 1,
    flops,
    bytes,
    compute: bound ? arithmetic : 0,
    bandwidth: bound ? 0 : memory,
    dispatch: t4.dispatchSeconds,
  };
}

/** a + times * b */
export function plus(a: Cost, b: Cost, times = 1): Cost {
  return {
    dispatches: a.dispatches + times * b.dispatches,
    flops: a.flops + times * b.flops,
    bytes: a.bytes + times * b.bytes,
    compute: a.compute + times * b.compute,
    bandwidth: a.bandwidth + times * b.bandwidth,
    dispatch: a.dispatch + times * b.dispatch,
  };
}

/** What takes most of the time. */
export function boundBy({ compute, bandwidth, dispatch }: Cost): string {
  const shares: [string, number][] = [
    ['arithmetic', compute],
    ['memory bandwidth', bandwidth],
    ['starting dispatches', dispatch],
  ];
  return shares.toSorted((a, b) => b[1] - a[1])[0]![0];
}
