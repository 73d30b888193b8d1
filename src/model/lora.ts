/** Fresh LoRA adapters, initialised as PEFT does. */
import type { LoraAdapter, LoraConfig, NamedTensor } from './adapter-types';
import type { ModelConfig } from './config';
import { matchedTargets } from './weight-specs';

/**
 * A Kaiming-uniform with a = sqrt(5), so uniform in +-1/sqrt(in); B zero: the adapted model equals the base.
 * @param random uniform in [0, 1), a stream of its own for each tensor name
 */
export function initLora(
  config: ModelConfig,
  lora: LoraConfig,
  random: (tensorName: string) => () => number,
): LoraAdapter {
  const tensors = new Map<string, NamedTensor>();
  for (const { module, inFeatures, outFeatures } of matchedTargets(config, lora.targets)) {
    const draw = random(`${module}.lora_A`);
    const bound = 1 / Math.sqrt(inFeatures);
    const a = Float32Array.from({ length: lora.rank * inFeatures }, () => (draw() * 2 - 1) * bound);
    tensors.set(`${module}.lora_A`, { shape: [lora.rank, inFeatures], data: a });
    tensors.set(`${module}.lora_B`, {
      shape: [outFeatures, lora.rank],
      data: new Float32Array(outFeatures * lora.rank),
    });
  }
  return { kind: 'lora', config: lora, tensors };
}
