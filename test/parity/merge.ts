/** Merging an adapter into base weights: W + (alpha/r) B A. Only the reference cases need it; the studio never merges. */
import type { LoraAdapter, NamedTensor } from '../../src/model/adapter-types';
import type { ModelConfig } from '../../src/model/config';

/** New weights; tensors without an adapter are shared with `weights`. */
export function mergeAdapter(
  weights: ReadonlyMap<string, NamedTensor>,
  adapter: LoraAdapter,
  config: ModelConfig,
): Map<string, NamedTensor> {
  const merged = new Map(weights);
  const scale = adapter.config.alpha / adapter.config.rank;
  for (const [name, a] of adapter.tensors) {
    if (!name.endsWith('.lora_A')) continue;
    const module = name.slice(0, -'.lora_A'.length);
    const b = adapter.tensors.get(`${module}.lora_B`)!;
    const base = weights.get(`${module}.weight`)!;
    merged.set(`${module}.weight`, {
      shape: base.shape,
      data: addProduct(base.data, b, a, scale, config.family === 'gpt2'),
    });
  }
  return merged;
}

/** base + scale * B A, with the product transposed for Conv1D's [in, out]. */
function addProduct(
  base: Float32Array,
  b: NamedTensor,
  a: NamedTensor,
  scale: number,
  transposed: boolean,
): Float32Array {
  const [out, rank, width] = [b.shape[0]!, b.shape[1]!, a.shape[1]!];
  const result = Float32Array.from(base);
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < width; i++) {
      let sum = 0;
      for (let r = 0; r < rank; r++) sum += b.data[o * rank + r]! * a.data[r * width + i]!;
      const at = transposed ? i * out + o : o * width + i;
      result[at] = base[at]! + scale * sum;
    }
  }
  return result;
}
