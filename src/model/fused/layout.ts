/**
 * How a model's tensors lie on the GPU for the fused engine: linear modules that read the same input are joined to one
 * map (q, k, v; gate, up), and all tensors of a set fall into regions, each of which one kernel binds.
 * Knows names and shapes only.
 */
import type { LoraPart } from '../../kernels/lora/parts';
import type { LoraConfig } from '../adapter-types';
import type { ModelConfig } from '../config';
import { loraTargets, matchesTarget, weightSpecs, type LoraTarget } from '../weight-specs';

/** Linear modules with one input, computed by one matmul. */
export interface LinearMap {
  key: MapKey;
  layer: number;
  modules: LoraTarget[];
  inFeatures: number;
  outFeatures: number;
  bias: boolean;
}

export type MapKey = 'qkv' | 'o' | 'up' | 'down';

/** Tensors that lie one after the other without gaps, from a multiple of `regionAlignment` floats on. */
export interface Region {
  key: string;
  tensors: { name: string; shape: number[]; offset: number; size: number }[];
  /** Floats from the start of the flat vector. */
  offset: number;
  size: number;
}

export interface FlatLayout {
  regions: ReadonlyMap<string, Region>;
  /** Floats of the flat vector, gaps included. */
  size: number;
}

/** Floats: 256 bytes, the alignment of a binding. */
const regionAlignment = 64;

/** The joined maps of a layer, in order: qkv, o, up (gate and up), down. */
export function linearMaps(config: ModelConfig, layer: number): LinearMap[] {
  const modules = loraTargets(config).filter((target) => target.layer === layer);
  const names = new Set(weightSpecs({ ...config, layers: layer + 1 }).map(({ name }) => name));
  const counts = config.family === 'llama' ? [3, 1, 2, 1] : [1, 1, 1, 1];
  const keys: MapKey[] = ['qkv', 'o', 'up', 'down'];
  let from = 0;
  return keys.map((key, i) => {
    const own = modules.slice(from, (from += counts[i]!));
    return {
      key,
      layer,
      modules: own,
      inFeatures: own[0]!.inFeatures,
      outFeatures: own.reduce((sum, { outFeatures }) => sum + outFeatures, 0),
      bias: own.some(({ module }) => names.has(`${module}.bias`)),
    };
  });
}

/** Key of a region of a map: "3.qkv.weight". */
export const mapRegion = ({ layer, key }: LinearMap, what: 'weight' | 'bias' | 'lora_A' | 'lora_B') =>
  `${layer}.${key}.${what}`;

/** Which modules of a map an adapter has pairs on. */
export function loraParts(map: LinearMap, lora: LoraConfig): LoraPart[] {
  return map.modules.map(({ module, outFeatures }) => ({
    width: outFeatures,
    adapted: lora.targets.some((target) => matchesTarget(module, target)),
  }));
}

/** All factors of an adapter: for each map its A matrices, then its B matrices. */
export function loraLayout(config: ModelConfig, lora: LoraConfig): FlatLayout {
  const builder = layoutBuilder();
  for (let layer = 0; layer < config.layers; layer++) {
    for (const map of linearMaps(config, layer)) {
      const adapted = map.modules.filter((_, i) => loraParts(map, lora)[i]!.adapted);
      if (adapted.length === 0) continue;
      const tensor = (which: 'lora_A' | 'lora_B') => (target: LoraTarget) => ({
        name: `${target.module}.${which}`,
        shape: which === 'lora_A' ? [lora.rank, target.inFeatures] : [target.outFeatures, lora.rank],
      });
      builder.add(mapRegion(map, 'lora_A'), adapted.map(tensor('lora_A')));
      builder.add(mapRegion(map, 'lora_B'), adapted.map(tensor('lora_B')));
    }
  }
  return builder.build();
}

/** All weights of the model. Weights and biases of a map are joined; every other tensor is a region under its own name. */
export function weightLayout(config: ModelConfig): FlatLayout {
  const shapes = new Map(weightSpecs(config).map(({ name, shape }) => [name, shape]));
  const builder = layoutBuilder();
  for (let layer = 0; layer < config.layers; layer++) {
    for (const map of linearMaps(config, layer)) {
      const of = (what: 'weight' | 'bias') =>
        map.modules.map(({ module }) => `${module}.${what}`).filter((name) => shapes.has(name));
      for (const what of ['weight', 'bias'] as const) {
        const names = of(what);
        if (names.length === 0) continue;
        // The modules of a map all have a bias or none has.
        builder.add(
          mapRegion(map, what),
          names.map((name) => ({ name, shape: shapes.get(name)! })),
        );
        for (const name of names) shapes.delete(name);
      }
    }
  }
  for (const [name, shape] of shapes) builder.add(name, [{ name, shape }]);
  return builder.build();
}

function layoutBuilder() {
  const regions = new Map<string, Region>();
  let end = 0;
  return {
    add: (key: string, tensors: { name: string; shape: number[] }[]) => {
      const offset = Math.ceil(end / regionAlignment) * regionAlignment;
      let at = offset;
      const placed = tensors.map(({ name, shape }) => {
        const size = shape.reduce((product, n) => product * n, 1);
        at += size;
        return { name, shape, offset: at - size, size };
      });
      regions.set(key, { key, tensors: placed, offset, size: at - offset });
      end = at;
    },
    build: (): FlatLayout => ({ regions, size: Math.ceil(end / regionAlignment) * regionAlignment }),
  };
}
