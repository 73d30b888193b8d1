/**
 * The definition engine's model on the GPU: frozen base weights and any number of named parameter sets (LoRA adapters, or full
 * copies for full-parameter training). Every pass names the set it uses; null is the bare base. Gradients are in
 * forward-backward.ts, the model as others see it in definition-model.ts.
 */
import { attention, causalMask } from '../ops/attention';
import { linear, loraTerm } from '../ops/linear';
import { add, dispose, fromHost, keep, type Tensor } from '../ops/tensor';
import type { FullWeights, LoraConfig, NamedTensor, ParameterSet } from './adapter-types';
import type { Architecture, ForwardContext, Positions } from './architecture';
import type { ModelConfig } from './config';
import { gpt2Architecture } from './gpt2';
import { llamaArchitecture } from './llama';
import { createParameterStore, transposeHost, type ParameterStore } from './parameter-store';

/** A named parameter set on the GPU. */
export interface LoadedParameters {
  kind: ParameterSet['kind'];
  lora: LoraConfig | null;
  store: ParameterStore;
}

/** Gives the scaled 0/1 mask that multiplies a module's LoRA input, or undefined for no dropout. */
export type DropoutMask = (module: string, shape: number[]) => Tensor;

export interface ContextOptions {
  parameters: string | null;
  positions: Positions;
  attend: ForwardContext['attend'];
  dropout?: DropoutMask | undefined;
}

export interface DefinitionCore {
  readonly config: ModelConfig;
  readonly architecture: Architecture;
  /** Puts a copy of `set` on the GPU under `name`, replacing what had that name. */
  addParameters(name: string, set: ParameterSet): void;
  removeParameters(name: string): void;
  hasParameters(name: string): boolean;
  readParameters(name: string): Promise<ParameterSet>;
  /** The set itself, for training. */
  parameters(name: string): LoadedParameters;
  /** All base weights as a set that full-parameter training can start from. */
  baseWeights(): Promise<FullWeights>;
  /** A weight by its safetensors name, from the full set `parameters` where it has it, else from the base. */
  weight(parameters: string | null, name: string): Tensor;
  context(options: ContextOptions): ForwardContext;
  dispose(): void;
}

/** Full causal attention over [length] positions, for training, scoring and prefill. The mask is the caller's to dispose. */
export function causalAttention(length: number): { attend: ForwardContext['attend']; mask: Tensor } {
  const mask = causalMask(length);
  return { mask, attend: (_layer, q, k, v) => attention(q, k, v, mask) };
}

function architectureOf(config: ModelConfig): Architecture {
  return config.family === 'llama' ? llamaArchitecture(config) : gpt2Architecture(config);
}

function uploadBase(weights: ReadonlyMap<string, NamedTensor>, architecture: Architecture): Map<string, Tensor> {
  return new Map(
    [...weights].map(([name, { shape, data }]) => {
      if (!architecture.isTransposed(name)) return [name, keep(fromHost(data, shape))];
      return [name, keep(fromHost(transposeHost(data, shape[0]!, shape[1]!), shape.toReversed()))];
    }),
  );
}

/** Puts weights, by safetensors names, on the GPU. */
export function createDefinitionCore(config: ModelConfig, weights: ReadonlyMap<string, NamedTensor>): DefinitionCore {
  const architecture = architectureOf(config);
  const base = uploadBase(weights, architecture);
  const sets = new Map<string, LoadedParameters>();

  const parameters = (name: string): LoadedParameters => {
    const set = sets.get(name);
    if (!set)
      throw new Error(`internal: no parameter set "${name}"; there are: ${[...sets.keys()].join(', ') || 'none'}`);
    return set;
  };
  const weight = (name: string | null, tensorName: string): Tensor => {
    const own = name === null ? undefined : parameters(name).store.views().get(tensorName);
    const tensor = own ?? base.get(tensorName);
    if (!tensor) throw new Error(`internal: the model has no tensor ${tensorName}`);
    return tensor;
  };
  const removeParameters = (name: string) => {
    sets.get(name)?.store.dispose();
    sets.delete(name);
  };
  return {
    config,
    architecture,
    addParameters: (name, set) => {
      removeParameters(name);
      const store = createParameterStore(set.tensors, set.kind === 'full' ? architecture.isTransposed : undefined);
      sets.set(name, { kind: set.kind, lora: set.kind === 'lora' ? set.config : null, store });
    },
    removeParameters,
    hasParameters: (name) => sets.has(name),
    readParameters: async (name) => {
      const { lora, store } = parameters(name);
      const tensors = await store.read();
      return lora ? { kind: 'lora', config: lora, tensors } : { kind: 'full', tensors };
    },
    parameters,
    baseWeights: async () => ({ kind: 'full', tensors: await readBase(base, architecture) }),
    weight,
    context: ({ parameters: name, positions, attend, dropout }) => {
      const set = name === null ? null : parameters(name);
      const of = (tensorName: string) => weight(name, tensorName);
      return { weight: of, positions, attend, linear: adaptedLinear(architecture, set, of, dropout) };
    },
    dispose: () => {
      for (const name of sets.keys()) removeParameters(name);
      dispose([...base.values()]);
      architecture.dispose();
    },
  };
}

async function readBase(base: Map<string, Tensor>, architecture: Architecture): Promise<Map<string, NamedTensor>> {
  const entries = [...base].map(async ([name, tensor]): Promise<[string, NamedTensor]> => {
    const data = Float32Array.from(await tensor.data());
    if (!architecture.isTransposed(name)) return [name, { shape: tensor.shape, data }];
    return [name, { shape: tensor.shape.toReversed(), data: transposeHost(data, tensor.shape[0]!, tensor.shape[1]!) }];
  });
  return new Map(await Promise.all(entries));
}

function adaptedLinear(
  architecture: Architecture,
  set: LoadedParameters | null,
  weight: (name: string) => Tensor,
  dropout: DropoutMask | undefined,
): ForwardContext['linear'] {
  const factors = set?.lora ? set.store.views() : new Map<string, Tensor>();
  const scale = set?.lora ? set.lora.alpha / set.lora.rank : 0;
  return (x, module) => {
    const bias = architecture.hasBias(module) ? weight(`${module}.bias`) : undefined;
    const y = linear(x, weight(`${module}.weight`), bias);
    const [a, b] = [factors.get(`${module}.lora_A`), factors.get(`${module}.lora_B`)];
    return a && b ? add(y, loraTerm(x, { a, b, scale }, dropout?.(module, x.shape))) : y;
  };
}
