/** A named trainable set of the fused engine: one flat fp32 vector on the GPU, read and written by tensor names. */
import type { BufferPart } from '../../gpu/kernel';
import type { Runtime } from '../../gpu/runtime';
import type { LoraConfig, NamedTensor, ParameterSet } from '../adapter-types';
import type { ModelConfig } from '../config';
import { loraLayout, weightLayout, type FlatLayout } from './layout';

export interface FlatParameters {
  readonly kind: ParameterSet['kind'];
  readonly lora: LoraConfig | null;
  readonly layout: FlatLayout;
  /** [layout.size] fp32; gaps are zero. */
  readonly values: GPUBuffer;
  /** [layout.size]; made by needGradient(), zero at first. */
  gradient(): GPUBuffer;
  /** Makes the gradient vector if there is none. */
  needGradient(): void;
  releaseGradient(): void;
  /** A region of `vector`, which is values or a vector of the same layout. Undefined where the set has no such region. */
  part(region: string, vector: GPUBuffer): BufferPart | undefined;
  read(): Promise<ParameterSet>;
  /** Replaces all values; `flat` [layout.size]. */
  write(flat: Float32Array<ArrayBuffer>): void;
  dispose(): void;
}

/** Puts `set` on the GPU. @throws Error (internal) when its tensors are not the layout's */
export function createFlatParameters(
  runtime: Runtime,
  config: ModelConfig,
  set: ParameterSet,
  name: string,
): FlatParameters {
  const layout = set.kind === 'lora' ? loraLayout(config, set.config) : weightLayout(config);
  const values = runtime.createBuffer('adapters', `${name} values`, layout.size * 4);
  runtime.write(values, flatten(layout, set.tensors));
  let gradient: GPUBuffer | null = null;
  const releaseGradient = () => {
    if (gradient) runtime.destroyBuffer(gradient);
    gradient = null;
  };
  return {
    kind: set.kind,
    lora: set.kind === 'lora' ? set.config : null,
    layout,
    values,
    gradient: () => {
      if (!gradient) throw new Error('internal: the parameter set has no gradient');
      return gradient;
    },
    needGradient: () => {
      gradient ??= runtime.createBuffer('optimiser', `${name} gradient`, layout.size * 4);
    },
    releaseGradient,
    part: (key, vector) => {
      const region = layout.regions.get(key);
      return region && { buffer: vector, offset: region.offset * 4, size: region.size * 4 };
    },
    read: async () => {
      const tensors = unflatten(layout, new Float32Array(await runtime.read(values, 0, layout.size * 4)), [
        ...set.tensors.keys(),
      ]);
      return set.kind === 'lora' ? { kind: 'lora', config: set.config, tensors } : { kind: 'full', tensors };
    },
    write: (flat) => runtime.write(values, flat),
    dispose: () => {
      releaseGradient();
      runtime.destroyBuffer(values);
    },
  };
}

function flatten(layout: FlatLayout, tensors: ReadonlyMap<string, NamedTensor>): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(layout.size);
  let placed = 0;
  for (const { tensors: slots } of layout.regions.values()) {
    for (const { name, offset, size } of slots) {
      const tensor = tensors.get(name);
      if (tensor?.data.length !== size)
        throw new Error(`internal: the parameter set has no tensor ${name} of ${size} values`);
      flat.set(tensor.data, offset);
      placed++;
    }
  }
  if (placed !== tensors.size)
    throw new Error('internal: the parameter set has tensors that the model has no place for');
  return flat;
}

/** The tensors of a flat vector, in the order of `names`. */
export function unflatten(layout: FlatLayout, flat: Float32Array, names?: readonly string[]): Map<string, NamedTensor> {
  const tensors = new Map<string, NamedTensor>();
  for (const { tensors: slots } of layout.regions.values())
    for (const { name, shape, offset, size } of slots)
      tensors.set(name, { shape, data: flat.slice(offset, offset + size) });
  return names ? new Map(names.map((name) => [name, tensors.get(name)!])) : tensors;
}
