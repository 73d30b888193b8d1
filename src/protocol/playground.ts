/** Chat with the models of a run, or with one of the library. Types only. */
import type { PlaygroundSource } from './playground-source';
import type { Message } from './preference';

export interface PlaygroundSampling {
  temperature: number;
  /** 0 = off. */
  topK: number;
  topP: number;
  repetitionPenalty: number;
  maxNewTokens: number;
  /** The same seed, question and settings give the same answer. */
  seed: number;
}

export interface PlaygroundQuestion {
  /** Told with every part of an answer, so that a page knows its own. */
  askId: string;
  source: PlaygroundSource;
  /**
   * As model-name.ts names them: 'base', 'sft', 'dpo_round1', ..., 'adapter:<id>', 'run:<id>:sft'; one or two, answered in this order.
   * Without a run there are 'base' and adapters only.
   */
  models: string[];
  /** For each model the conversation so far; the last message is the person's. */
  conversations: Message[][];
  sampling: PlaygroundSampling;
}

export interface PlaygroundAnswer {
  text: string;
  tokens: number;
  /** Whether the model ended it, and not the length limit or the person. */
  ended: boolean;
  stopped: boolean;
  /** The beginning of the conversation did not fit the model's context and was left out. */
  cut: boolean;
  /** By the run's reward model; null when there is none yet, the answer was stopped, or no run is asked. */
  reward: number | null;
  /** Of generation alone. */
  seconds: number;
}

/** A pair whose tokens are weighed by two models of a run; ids as the pair worker gives them. */
export interface LogRatioQuestion {
  runId: string;
  /** As model-name.ts names them. */
  model: string;
  against: string;
  promptIds: number[];
  chosenIds: number[];
  rejectedIds: number[];
}

/** Of every token of a response: its log-probability by the model less that by the other one, in nats. */
export interface PairLogRatios {
  chosen: number[];
  rejected: number[];
}

/** An answer so far. */
export interface PlaygroundPart {
  askId: string;
  /** Index into the question's models. */
  index: number;
  text: string;
  tokens: number;
  /** The whole answer once it is done, while the other model may not have begun; null until then. */
  finished: PlaygroundAnswer | null;
}
