/** A flat vector of trained parameters with its gradient and AdamW moments, wherever it lies. The optimiser joins parts. */
import type { Tensor } from '../ops/tensor';
import type { TrainingSettings } from './settings';

export interface PartSlot {
  name: string;
  /** Of the part's flat vector. */
  offset: number;
  size: number;
}

/** A part's share of a TrainingState. */
export interface PartState {
  parameters: Float32Array<ArrayBuffer>;
  firstMoment: Float32Array<ArrayBuffer>;
  secondMoment: Float32Array<ArrayBuffer>;
}

export interface PartOptions {
  settings: TrainingSettings;
  /** Where to go on from. */
  resumeFrom: PartState | undefined;
  /** Tensors for which it is false keep their values whatever their gradient. */
  isTrained: (name: string) => boolean;
}

export interface OptimiserPart {
  /** Floats of the flat vector. */
  readonly size: number;
  readonly slots: readonly PartSlot[];
  /** Takes its tensors' gradients out of a micro-batch's; adds them to what is there. Does not dispose them. */
  accumulate(gradients: ReadonlyMap<string, Tensor>): void;
  /** Sum of the squares of the gradient; waits for the GPU. */
  squaredNorm(): Promise<number>;
  /** One AdamW step with the gradient times `clipFactor`; forgets the gradient. */
  step(step: number, learningRate: number, clipFactor: number): void;
  /** Forgets the gradient. */
  discard(): void;
  /** The gradient on the host, or null where there is none yet. */
  gradient(): Promise<Float32Array | null>;
  state(): Promise<PartState>;
  dispose(): void;
}

/** Biases and norm weights, which HF Trainer does not decay. */
export const isUndecayed = (name: string) => /(bias|norm\.weight|layernorm\.weight|ln_\w+\.weight)$/.test(name);

/** A 0/1 vector over `size` floats, or undefined when it would be all ones. */
export function maskValues(
  slots: readonly PartSlot[],
  size: number,
  holds: (name: string) => boolean,
): Float32Array<ArrayBuffer> | undefined {
  if (slots.every(({ name }) => holds(name))) return undefined;
  const values = new Float32Array(size);
  for (const { name, offset, size: length } of slots) values.fill(holds(name) ? 1 : 0, offset, offset + length);
  return values;
}
