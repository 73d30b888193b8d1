/** Model configuration in one internal form for both families. Parsing of config.json is in parse-config.ts. */

/** How RoPE frequencies are made. All variants of transformers' `rope_scaling` / `rope_parameters` that we support. */
export type RopeScaling =
  | { type: 'default' }
  | { type: 'linear'; factor: number }
  | { type: 'dynamic'; factor: number; originalContextLength: number }
  | { type: 'llama3'; factor: number; lowFreqFactor: number; highFreqFactor: number; originalContextLength: number }
  | {
      type: 'yarn';
      factor: number;
      originalContextLength: number;
      betaFast: number;
      betaSlow: number;
      attentionFactor: number | null;
      mscale: number | null;
      mscaleAllDim: number | null;
      truncate: boolean;
    };

export interface LlamaConfig {
  family: 'llama';
  /** "llama", "qwen2", "qwen3", "mistral", "smollm3"...: as in config.json. */
  modelType: string;
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  contextLength: number;
  normEpsilon: number;
  ropeTheta: number;
  ropeScaling: RopeScaling;
  /** Bias on q, k and v (Qwen2; attention_bias in Llama also has it on o). */
  qkvBias: boolean;
  outputBias: boolean;
  mlpBias: boolean;
  /** RMSNorm over head_dim on q and k (Qwen3). */
  qkNorm: boolean;
  tiedHead: boolean;
  eosTokenIds: number[];
  bosTokenId: number | null;
  /**
   * The row of the embedding that lookups do not train: transformers builds nn.Embedding(padding_idx = pad_token_id), so
   * where pad is also the end token (SmolLM2) full training leaves its embedding to the tied head alone.
   */
  paddingTokenId: number | null;
}

export interface Gpt2Config {
  family: 'gpt2';
  modelType: string;
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  headDim: number;
  contextLength: number;
  normEpsilon: number;
  tiedHead: boolean;
  eosTokenIds: number[];
  bosTokenId: number | null;
}

export type ModelConfig = LlamaConfig | Gpt2Config;

/** One tensor the model needs: its name in safetensors and its shape there. */
export interface WeightSpec {
  name: string;
  shape: number[];
}
