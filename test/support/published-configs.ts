/** Configurations of published models, as facts: test/fixtures/configs, and the number of weights that each is known to have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Weights by the name of the fixture; a tied head counts once. */
export const publishedParameters: Readonly<Record<string, number>> = {
  'tinyllama-1.1b': 1_100_048_384,
  'smollm2-135m': 134_515_008,
  'smollm2-360m': 361_821_120,
  'smollm2-1.7b': 1_711_376_384,
  'qwen2.5-0.5b': 494_032_768,
  'qwen2.5-1.5b': 1_543_714_304,
  'qwen3-0.6b': 596_049_920,
  'llama-3.2-1b': 1_235_814_400,
  gpt2: 124_439_808,
  'gpt2-medium': 354_823_168,
  'gpt2-large': 774_030_080,
  'gpt2-xl': 1_557_611_200,
};

/** config.json of a published model. */
export function publishedConfig(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join('test/fixtures/configs', `${name}.json`), 'utf8')) as Record<string, unknown>;
}
