/**
 * adapter_config.json of PEFT (written as version 0.21 does, read from any version). A setting that would change the
 * computation and is not supported is refused, also when this code has never heard of it. Tensors are in peft.ts.
 */
import { z } from 'zod';
import type { LoraConfig } from '../model/adapter-types';
import { InputError } from '../protocol/errors';

const fileName = 'adapter_config.json';

const configSchema = z.looseObject({
  peft_type: z.literal('LORA', 'only LoRA adapters are supported'),
  r: z.number().int().min(1).max(65536),
  lora_alpha: z.number().positive(),
  lora_dropout: z.number().min(0).max(1).default(0),
  target_modules: z.array(z.string().min(1), 'must be a list of module names').min(1),
  task_type: z.literal('CAUSAL_LM', 'only CAUSAL_LM is supported').nullish(),
  bias: z.literal('none', 'only "none" is supported').default('none'),
  // The others (PiSSA, OLoRA, CorDA, LoftQ) change the base weights when PEFT loads the adapter.
  init_lora_weights: z
    .union([z.boolean(), z.literal(['gaussian', 'orthogonal', 'eva'])], 'this initialisation changes the base weights')
    .nullish(),
});

/** Without effect on the computation. `fan_in_fan_out` only says how the base stores its weight. */
const ignored = new Set([
  ...['auto_mapping', 'base_model_name_or_path', 'revision', 'inference_mode', 'peft_version', 'runtime_config'],
  ...['fan_in_fan_out', 'layers_pattern', 'megatron_core', 'qalora_group_size', 'ensure_weight_tying'],
]);

/** Settings of an adapter file, the computation's and the base's name. */
export interface PeftConfig {
  lora: LoraConfig;
  baseName: string | null;
}

/**
 * Checks adapter_config.json.
 * @throws InputError naming the field, its value and what is supported
 */
export function parsePeftConfig(json: unknown): PeftConfig {
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) throw new InputError(describeIssue(json, parsed.error));
  const { r, lora_alpha, lora_dropout, target_modules, ...rest } = parsed.data;
  for (const [name, value] of Object.entries(rest)) {
    if (name in configSchema.shape || ignored.has(name) || isOff(value)) continue;
    throw new InputError(
      `${fileName}: "${name}" is ${show(value)}, which is not supported. Expected it absent or off.`,
    );
  }
  const baseName = rest['base_model_name_or_path'];
  return {
    lora: { rank: r, alpha: lora_alpha, dropout: lora_dropout, targets: target_modules },
    baseName: typeof baseName === 'string' ? baseName : null,
  };
}

/** How PEFT writes a feature that is not used. */
function isOff(value: unknown): boolean {
  if (value === null || value === false) return true;
  return typeof value === 'object' && Object.keys(value ?? {}).length === 0;
}

function describeIssue(json: unknown, error: z.ZodError): string {
  const issue = error.issues[0];
  const field = issue?.path[0];
  if (field === undefined) return `${fileName}: must hold a JSON object, found ${show(json)}.`;
  const values = z.record(z.string(), z.unknown()).safeParse(json);
  const value = values.success ? values.data[String(field)] : undefined;
  if (value === undefined)
    return `${fileName}: the field "${String(field)}" is missing. Is it PEFT's file of a LoRA adapter?`;
  return `${fileName}: "${String(field)}" is ${show(value)}: ${issue?.message ?? 'not valid'}.`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/**
 * adapter_config.json with every field that PEFT 0.21 writes, sorted by name.
 * @param fanInFanOut true for GPT-2, whose base weights are [in, out]
 */
export function formatPeftConfig(lora: LoraConfig, baseName: string, fanInFanOut: boolean): string {
  const fields = {
    ...unusedFeatures,
    base_model_name_or_path: baseName,
    bias: 'none',
    fan_in_fan_out: fanInFanOut,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: lora.alpha,
    lora_dropout: lora.dropout,
    peft_type: 'LORA',
    peft_version: '0.21.0',
    r: lora.rank,
    target_modules: [...lora.targets].sort(),
    task_type: 'CAUSAL_LM',
  };
  return JSON.stringify(Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))), null, 2);
}

/** The rest of what PEFT 0.21 writes, at its defaults. */
const unusedFeatures = {
  alora_invocation_tokens: null,
  alpha_pattern: {},
  arrow_config: null,
  auto_mapping: null,
  corda_config: null,
  ensure_weight_tying: false,
  eva_config: null,
  exclude_modules: null,
  kasa_config: null,
  layer_replication: null,
  layers_pattern: null,
  layers_to_transform: null,
  loftq_config: {},
  lora_bias: false,
  lora_ga_config: null,
  megatron_config: null,
  megatron_core: 'megatron.core',
  modules_to_save: null,
  monteclora_config: null,
  qalora_group_size: 16,
  rank_pattern: {},
  revision: null,
  target_parameters: null,
  trainable_token_indices: null,
  use_bdlora: null,
  use_dora: false,
  use_qalora: false,
  use_rslora: false,
  velora_config: null,
};
