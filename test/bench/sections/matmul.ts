/** Single matrix products: 1024^3 and the shapes of the DPO step. */
import type { LlamaConfig } from '../../../src/model/config';
import type { MatmulContender, MatmulShape } from '../contender';
import { requireSameProduct } from '../support/agreement';
import { generator } from '../support/bench-model';
import { halfOf, valueOfHalf } from '../support/halves';
import { secondsOf } from '../support/paired';
import type { BenchRow } from '../support/report';
import { compare, type Entry } from './compare';

export interface MatmulRun {
  shape: MatmulShape;
  /** The first that can run is the base. */
  contenders: readonly MatmulContender[];
  runs: number;
}

/** Forward (x W^T, W as stored) and backward (dy W) products of `tokens` rows, gate and up and q, k, v joined. */
export function modelShapes(config: LlamaConfig, tokens: number): MatmulShape[] {
  const { hiddenSize, intermediateSize, heads, kvHeads, headDim, vocabSize } = config;
  const linears = [
    [hiddenSize, 2 * intermediateSize],
    [intermediateSize, hiddenSize],
    [hiddenSize, (heads + 2 * kvHeads) * headDim],
  ] as const;
  const both = linears.flatMap(([k, n]) => [
    { m: tokens, k, n, transposed: true },
    { m: tokens, k: n, n: k, transposed: false },
  ]);
  return [...both, { m: tokens / 2, k: hiddenSize, n: vocabSize, transposed: true }];
}

/** "[256x512]x[512x1024] B^T stored" */
export const productName = ({ m, k, n, transposed }: MatmulShape): string =>
  `[${m}x${k}]x[${k}x${n}]${transposed ? ' B^T stored' : ''}`;

export function matmulSection({ shape, contenders, runs }: MatmulRun): AsyncGenerator<BenchRow> {
  const { m, k, n } = shape;
  const random = generator(m + 3 * k + 5 * n);
  const uniform = (length: number) => Float32Array.from({ length }, () => valueOfHalf(halfOf(2 * random() - 1)));
  const [a, b] = [uniform(m * k), uniform(k * n)];
  return compare({
    section: 'matmul',
    what: productName(shape),
    unit: 'GFLOP/s',
    runs,
    entries: contenders.map((contender) => entryOf(contender, shape, a, b)),
    agree: (name, product, base) => requireSameProduct(name, product, base, k),
  });
}

function entryOf(
  contender: MatmulContender,
  shape: MatmulShape,
  a: Float32Array,
  b: Float32Array,
): Entry<Float32Array> {
  const gigaflop = (2 * shape.m * shape.k * shape.n) / 1e9;
  return {
    name: contender.name,
    prepare: async () => {
      await contender.prepare(shape, a, b);
      await contender.run();
      return contender.result();
    },
    run: async () => gigaflop / (await secondsOf(() => contender.run())),
    counts: () => null,
    more: () => ({}),
    dispose: () => contender.dispose(),
  };
}
