/** The tiles that a first run on this adapter would measure and remember; measured once a process. */
import type { Runtime } from '../../../src/gpu/runtime';
import type { TileChoice } from '../../../src/kernels/matmul/choice';
import { tuneMatmul } from '../../../src/kernels/matmul/tune';
import type { ModelConfig } from '../../../src/model/config';

const known = new Map<string, TileChoice>();

/** @param software the adapter computes on the CPU */
export async function tunedTiles(runtime: Runtime, config: ModelConfig, software: boolean): Promise<TileChoice> {
  const { hiddenSize, intermediateSize } = config;
  const weightType = runtime.halves;
  const key = `${weightType}.${hiddenSize}.${intermediateSize}`;
  const tiles =
    known.get(key) ??
    (await tuneMatmul(
      runtime,
      [
        { layout: 'nt', weightType, rows: 256, k: hiddenSize, n: 2 * intermediateSize },
        { layout: 'nn', weightType, rows: 256, k: 2 * intermediateSize, n: hiddenSize },
        { layout: 'nt', weightType, rows: 16, k: hiddenSize, n: 2 * intermediateSize },
      ],
      software,
    ));
  known.set(key, tiles);
  return tiles;
}
