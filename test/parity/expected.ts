/** The parts of expected.json that the checks read; the format is described in golden/README.md. */
import type { Message } from '../../src/protocol/preference';

export interface TrainingLog {
  step: number;
  loss: number;
  grad_norm: number;
  learning_rate: number;
  [metric: string]: number;
}

export interface TrainingSetup {
  learning_rate: number;
  warmup_steps: number;
  batch_size: number;
  accumulation: number;
  beta1: number;
  beta2: number;
  eps: number;
  weight_decay: number;
  max_grad_norm: number;
  steps: number;
  scheduler: 'linear';
}

export interface ExpectedDpo extends TrainingSetup {
  beta: number;
  data: DpoRow[] | string;
  ref_chosen_logps?: number[];
  ref_rejected_logps?: number[];
  steps_log: TrainingLog[];
  init_adapter: string;
  final_adapter: string;
  reference: string;
}

export interface DpoRow {
  prompt_ids: number[];
  chosen_ids: number[];
  rejected_ids: number[];
}

export interface RewardVariant {
  steps_log: TrainingLog[];
  rewards_after_centred: number[];
  final_adapter?: string;
  final_head?: string;
}

export interface ExpectedReward extends TrainingSetup {
  init_head: string;
  data: { chosen_ids: number[]; rejected_ids: number[] }[];
  texts: { ids: number[] }[];
  rewards_before: number[];
  head_only: RewardVariant;
  head_only_no_bias_decay: RewardVariant;
  lora_head: RewardVariant;
  full: RewardVariant;
  grad_check: { adapter: string; head: string; examples: number[]; loss: number };
}

export interface LossValue {
  batch?: number;
  per_pair?: number[];
  losses_chosen_then_rejected?: number[];
  delta?: number;
}

export interface ExpectedLosses {
  beta: number;
  policy_adapter: string;
  examples: number[];
  chosen_logps: number[];
  rejected_logps: number[];
  ref_chosen_logps: number[];
  ref_rejected_logps: number[];
  values: Record<string, LossValue>;
  grad_check: { loss: number; grad_norm: number };
}

export interface Expected {
  weights_dtype?: string;
  tokenizer: {
    vocab_size: number;
    bos_token_id: number | null;
    eos_token_id: number | null;
    pad_token_id: number | null;
    strings: { text: string; ids: number[]; ids_no_special: number[]; decoded: string; decoded_skip_special: string }[];
    chat?: { messages: Message[]; add_generation_prompt: boolean; text: string; ids: number[] }[];
  };
  logits?: { ids: number[][]; argmax: number[][] };
  logprobs?: {
    prompt_ids: number[];
    response_ids: number[];
    prompt_token_logps: number[];
    response_token_logps: number[];
    sum_logp: number;
  }[];
  greedy?: {
    max_new_tokens: number;
    rows: { prompt_ids: number[]; new_ids: number[]; ended_with_eos: boolean; top1_minus_top2: number[] }[];
  };
  sampling?: {
    prompt: number;
    temperature: number;
    top_k: number;
    top_p: number;
    repetition_penalty?: number;
    /** How close the cut is to a tie. */
    top_k_logit_gap?: number;
    top_p_distance?: number;
    ids: number[];
    probs: number[];
  }[];
  lora?: { adapter: string };
  sft?: TrainingSetup & {
    data: { prompt_ids: number[]; completion_ids: number[] }[];
    init_adapter: string;
    final_adapter: string;
    steps_log: TrainingLog[];
    steps_log_all_tokens: TrainingLog[];
    all_tokens_denominator: string;
    grad_check: { adapter: string; examples: number[]; loss: number; grad_norm: number };
  };
  reward?: ExpectedReward;
  dpo_round1?: ExpectedDpo;
  dpo_round2_continue?: ExpectedDpo;
  dpo_round2_merged?: ExpectedDpo;
  losses?: ExpectedLosses;
  kto?: {
    beta: number;
    desirable_weight: number;
    undesirable_weight: number;
    input_ids: number[][];
    attention_mask: number[][];
    completion_mask: number[][];
    KL_input_ids: number[][];
    KL_attention_mask: number[][];
    KL_completion_mask: number[][];
    label: boolean[];
    logratios: number[];
    loss: number;
    kl: number;
  };
}
