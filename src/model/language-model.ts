/**
 * A language model as trainers, generation and evaluation see it: named parameter sets and passes over groups of token
 * sequences. Two engines implement it: the definitions in stock tfjs ops (definition-model.ts), which are the reference,
 * and the fused kernels (fused/fused-model.ts).
 */
import type { Tensor, Vector } from '../ops/tensor';
import type { FullWeights, ParameterSet } from './adapter-types';
import type { TargetSequence } from './batch';
import type { ModelConfig } from './config';
import type { DefinitionModel } from './definition-model';
import type { FusedModel } from './fused/fused-model';

/** LoRA dropout of one micro-batch; the masks depend on these values and the module alone. */
export interface LoraDropout {
  rate: number;
  seed: number;
  step: number;
  microBatch: number;
}

/** Sums over one sequence's targets, in nats and counts. */
export interface SequenceFigures {
  logp: number;
  entropy: number;
  correct: number;
  count: number;
}

export interface PassRequest {
  /** Sequences of a group begin alike as a rule (a prompt's responses); the fused engine computes that part once. */
  groups: readonly (readonly TargetSequence[])[];
  /** Name of the parameter set, or null for the bare base model. */
  parameters: string | null;
}

/** What is minimised. `loss` is pure and returns a scalar. Sequences count in order of groups. */
export type Objective =
  /** From the summed log-probabilities of the targets, one a sequence. */
  | { readout: 'logps'; loss(logps: Vector): Tensor }
  /** From the final-norm states [sequences, hidden] of the first row that each sequence reads. */
  | { readout: 'states'; loss(states: Tensor): Tensor };

export interface TrainingRequest extends PassRequest {
  /** False leaves the parameter set as it is and trains only `extra`. */
  trainParameters: boolean;
  /** Further trained tensors, such as a reward head's, by name. */
  extra?: ReadonlyMap<string, Tensor> | undefined;
  objective: Objective;
  /** Save memory by computing blocks again on the way back. Changes no number. */
  checkpointing: boolean;
  dropout?: LoraDropout | undefined;
}

export interface TrainingOutcome {
  loss: number;
  /** For readout 'logps': one a sequence. */
  figures: SequenceFigures[];
  /**
   * Gradients of `extra`, and of the parameter set where the engine gives them as tensors; for the optimiser. The fused
   * engine adds the set's to a vector of its own.
   */
  gradients: Map<string, Tensor>;
}

/** What both engines offer. */
export interface ModelPasses {
  readonly config: ModelConfig;
  /** Puts a copy of `set` on the GPU under `name`, replacing what had that name. */
  addParameters(name: string, set: ParameterSet): void;
  removeParameters(name: string): void;
  hasParameters(name: string): boolean;
  readParameters(name: string): Promise<ParameterSet>;
  /** All base weights as a set that full-parameter training can start from. */
  baseWeights(): Promise<FullWeights>;
  /** Figures of every sequence, without gradients. */
  figures(request: PassRequest): Promise<SequenceFigures[]>;
  /** Natural-log probability of every target of every sequence, without gradients. */
  targetLogps(request: PassRequest): Promise<Float32Array[]>;
  /** Final-norm states [sequences, hidden] of the first row that each sequence reads, as a tensor for the reward head. */
  states(request: PassRequest): Promise<Tensor>;
  /** Loss and gradients of one micro-batch. */
  train(request: TrainingRequest): Promise<TrainingOutcome>;
  /** Logits [prompts][vocabulary] of the token after each prompt. */
  nextTokenLogits(parameters: string | null, prompts: number[][]): Promise<Float32Array[]>;
  /** Hidden states after the embedding and after each block (the last after the final norm), and all logits. Slow. */
  inspect(parameters: string | null, ids: number[]): Promise<Inspection>;
  /** Gives back GPU memory that only made the last passes quick. */
  releaseWorkspace(): void;
  dispose(): void;
}

/** Every position of one sequence. */
export interface Inspection {
  /** [length, hidden] each. */
  hidden: Float32Array[];
  /** [length, vocabulary] */
  logits: Float32Array;
}

export type LanguageModel = DefinitionModel | FusedModel;
