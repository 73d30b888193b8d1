/**
 * Sampling k responses a prompt. Random numbers depend on (seed, the prompt's ids, sample, position) alone, so neither
 * batch size nor order changes a response. Leaves out how: generate-definition.ts in stock tfjs ops, fused/ on the fused
 * kernels. Leaves out tokenisation and scoring too.
 */
import { generateFused } from './fused/generate-fused';
import { generateByDefinition } from './generate-definition';
import { planResponses, type GenerateArguments, type GeneratedResponse } from './responses';

export type { GenerateArguments, GeneratedResponse, GenerationSettings } from './responses';

/** Responses in order of prompt, then sample. @throws InputError when a prompt leaves no room for a response */
export async function generateResponses(args: GenerateArguments): Promise<GeneratedResponse[]> {
  const planned = planResponses(args);
  const { model } = args;
  if (model.engine === 'fused') await generateFused(model, args, planned);
  else await generateByDefinition(model, args, planned);
  return planned.map(({ response }) => response);
}
