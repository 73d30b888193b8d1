/** PEFT adapters: the golden ones through import and export, and one made here with one thing wrong at a time. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exportPeft, fitsModel, importPeft, readPeftFolder } from '../../../src/exchange/peft';
import { parsePeftConfig } from '../../../src/exchange/peft-config';
import { readSafetensors, writeSafetensors } from '../../../src/exchange/safetensors';
import type { LoraAdapter, NamedTensor } from '../../../src/model/adapter-types';
import { parseModelConfig } from '../../../src/model/parse-config';
import { InputError } from '../../../src/protocol/errors';
import { gpt2Small, tinyLlama } from '../model/configs';
import { folderFiles, golden, goldenAdapters, goldenBlob, goldenJson } from './golden-files';

const config = { ...tinyLlama, hiddenSize: 8, heads: 2, kvHeads: 1, headDim: 4, layers: 1 };
const targets = ['v_proj', 'q_proj'];

function filled(shape: number[], value: number): NamedTensor {
  const length = shape.reduce((product, n) => product * n, 1);
  return { shape, data: new Float32Array(length).fill(value) };
}

const adapter: LoraAdapter = {
  kind: 'lora',
  config: { rank: 2, alpha: 4, dropout: 0.05, targets },
  tensors: new Map([
    ['model.layers.0.self_attn.q_proj.lora_A', filled([2, 8], 1)],
    ['model.layers.0.self_attn.q_proj.lora_B', filled([8, 2], 2)],
    ['model.layers.0.self_attn.v_proj.lora_A', filled([2, 8], 3)],
    ['model.layers.0.self_attn.v_proj.lora_B', filled([4, 2], 4)],
  ]),
};

function exportedJson(): Record<string, unknown> {
  return JSON.parse(exportPeft(adapter, config, 'base')['adapter_config.json']);
}

async function refusal(
  configChanges: Record<string, unknown>,
  change: (tensors: Map<string, NamedTensor>) => void = () => {},
): Promise<string> {
  const files = exportPeft(adapter, config, 'base');
  const tensors = await readSafetensors(new Blob([files['adapter_model.safetensors']]), 'x');
  change(tensors);
  const source = {
    configJson: { ...exportedJson(), ...configChanges },
    safetensors: new Blob([writeSafetensors(tensors)]),
  };
  const error: unknown = await importPeft(source, config).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error instanceof Error ? error.message : '';
}

describe('export and import', () => {
  it('give back the adapter, in the order of the model', async () => {
    const files = exportPeft(adapter, config, 'base');
    const again = await importPeft(
      {
        configJson: JSON.parse(files['adapter_config.json']),
        safetensors: new Blob([files['adapter_model.safetensors']]),
      },
      config,
    );
    expect(again).toEqual({ ...adapter, config: { ...adapter.config, targets: [...targets].sort() } });
    expect([...again.tensors.keys()]).toEqual([...adapter.tensors.keys()]);
  });

  it("write PEFT's names and the base's", async () => {
    const files = exportPeft(adapter, config, 'org/base');
    const tensors = await readSafetensors(new Blob([files['adapter_model.safetensors']]), 'x');
    expect(tensors.get('base_model.model.model.layers.0.self_attn.v_proj.lora_B.weight')?.shape).toEqual([4, 2]);
    expect(exportedJson()).toMatchObject({ r: 2, lora_alpha: 4, lora_dropout: 0.05, fan_in_fan_out: false });
    expect(JSON.parse(files['adapter_config.json'])).toHaveProperty('base_model_name_or_path', 'org/base');
    expect(JSON.parse(exportPeft(adapter, gpt2Small, '')['adapter_config.json'])).toHaveProperty(
      'fan_in_fan_out',
      true,
    );
  });

  it('read a file of an older PEFT, with fewer and other fields', () => {
    const old = { peft_type: 'LORA', r: 8, lora_alpha: 16, target_modules: ['q_proj'], layers_pattern: null };
    const { lora, baseName } = parsePeftConfig({
      ...old,
      base_model_name_or_path: 'b',
      megatron_core: 'megatron.core',
    });
    expect(lora).toEqual({ rank: 8, alpha: 16, dropout: 0, targets: ['q_proj'] });
    expect(baseName).toBe('b');
  });
});

describe('refused settings', () => {
  it.each([
    [{ use_dora: true }, '"use_dora" is true'],
    [{ use_rslora: true }, '"use_rslora" is true'],
    [{ lora_bias: true }, '"lora_bias" is true'],
    [{ rank_pattern: { q_proj: 4 } }, '"rank_pattern" is {"q_proj":4}'],
    [{ alpha_pattern: { q_proj: 4 } }, '"alpha_pattern" is {"q_proj":4}'],
    [{ modules_to_save: ['lm_head'] }, '"modules_to_save" is ["lm_head"]'],
    [{ layers_to_transform: [0] }, '"layers_to_transform" is [0]'],
    [{ exclude_modules: 'x' }, '"exclude_modules" is "x"'],
    [{ use_something_new: true }, '"use_something_new" is true'],
    [{ bias: 'all' }, '"bias" is "all": only "none" is supported'],
    [{ init_lora_weights: 'pissa' }, '"init_lora_weights" is "pissa"'],
    [{ peft_type: 'IA3' }, '"peft_type" is "IA3": only LoRA adapters are supported'],
    [{ task_type: 'SEQ_CLS' }, '"task_type" is "SEQ_CLS"'],
    [{ r: 0 }, '"r" is 0'],
    [{ r: undefined }, 'the field "r" is missing'],
    [{ lora_alpha: 'x' }, '"lora_alpha" is "x"'],
    [{ target_modules: '.*_proj' }, '"target_modules" is ".*_proj": must be a list'],
    [{ target_modules: ['q_proj', 'query_key_value'] }, 'the target "query_key_value" is not in this llama model'],
    [
      { target_modules: ['q_proj', 'lm_head'] },
      'the target "lm_head" is not in this llama model. It has self_attn.q_proj',
    ],
  ])('%j', async (changes, expected) => {
    const message = await refusal(changes);
    expect(message).toContain('adapter_config.json: ');
    expect(message).toContain(expected);
  });

  it('whatever they are, give an InputError and nothing else', () => {
    const field = fc.constantFrom(...Object.keys(exportedJson()), 'use_something_new', '__proto__');
    fc.assert(
      fc.property(fc.array(fc.tuple(field, fc.jsonValue()), { maxLength: 3 }), (changes) => {
        try {
          const { lora } = parsePeftConfig({ ...exportedJson(), ...Object.fromEntries(changes) });
          expect(lora.rank).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 500, seed: 4 },
    );
  });

  it('are no objects', () => {
    for (const json of [null, [], 'x']) expect(() => parsePeftConfig(json)).toThrow(InputError);
  });
});

describe('refused tensors', () => {
  const name = 'base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight';

  it('a missing half', async () => {
    const message = await refusal({}, (tensors) => tensors.delete(name));
    expect(message).toContain(`adapter_model.safetensors: tensor "${name}" [8, 2] is missing`);
  });

  it('a wrong shape, also by another rank in the settings', async () => {
    const message = await refusal({}, (tensors) => tensors.set(name, filled([4, 2], 1)));
    expect(message).toContain(`tensor "${name}" has shape [4, 2]; expected [8, 2]`);
    expect(await refusal({ r: 4 })).toContain('expected [4, 8] for this model and r in adapter_config.json');
  });

  it('one that belongs nowhere', async () => {
    const odd = 'base_model.model.lm_head.lora_A.weight';
    expect(await refusal({}, (tensors) => tensors.set(odd, filled([1], 1)))).toContain(`tensor "${odd}" belongs to no`);
    expect(await refusal({ target_modules: ['v_proj'] })).toContain('q_proj.lora_A.weight" belongs to no target');
  });

  it('not finite', async () => {
    expect(await refusal({}, (tensors) => tensors.set(name, filled([8, 2], NaN)))).toContain('not finite');
  });
});

describe('a chosen folder', () => {
  it('needs both files', async () => {
    const json = { path: 'a/adapter_config.json', file: new Blob(['{}']) };
    await expect(readPeftFolder([])).rejects.toThrow('adapter_config.json is missing');
    await expect(readPeftFolder([json])).rejects.toThrow('adapter_model.safetensors is missing');
    const bin = { path: 'a/adapter_model.bin', file: new Blob([]) };
    await expect(readPeftFolder([json, bin])).rejects.toThrow('adapter_model.bin is not supported');
    await expect(readPeftFolder([{ ...json, file: new Blob(['{']) }])).rejects.toThrow(InputError);
  });
});

describe.skipIf(goldenAdapters.length === 0)('golden adapters', () => {
  it.each(goldenAdapters)('%s: same bytes and same settings after import and export', async (path) => {
    const base = path.split('/')[0] ?? '';
    const model = parseModelConfig(goldenJson(`${base}/config.json`), 'config.json');
    const source = await readPeftFolder(folderFiles(golden(path), `${path}/`));
    const files = exportPeft(await importPeft(source, model), model, base);
    const written = Buffer.from(files['adapter_model.safetensors']);
    expect(Buffer.compare(written, readFileSync(golden(`${path}/adapter_model.safetensors`)))).toBe(0);
    // no field may differ, not even base_model_name_or_path and peft_version
    expect(JSON.parse(files['adapter_config.json'])).toEqual(goldenJson(`${path}/adapter_config.json`));
    expect(goldenBlob(`${path}/adapter_model.safetensors`).size).toBe(written.length);
  });
});

describe('whether an adapter fits a model', () => {
  it('is told as importing it would, by targets, names and shapes', async () => {
    const files = exportPeft(adapter, config, 'base');
    const source = { configJson: exportedJson(), safetensors: new Blob([files['adapter_model.safetensors']]) };
    const models = [
      config,
      { ...config, layers: 2 },
      { ...config, hiddenSize: 16 },
      { ...config, kvHeads: 2 },
      // It adapts nothing there.
      { ...config, intermediateSize: 2 * config.intermediateSize },
      gpt2Small,
    ];
    const told = await Promise.all(models.map((model) => fitsModel(source, model)));
    expect(told).toEqual([true, false, false, false, true, false]);
    const taken = models.map((model) =>
      importPeft(source, model).then(
        () => true,
        () => false,
      ),
    );
    expect(told).toEqual(await Promise.all(taken));
  });

  it('needs every tensor of the file to belong to it', async () => {
    const files = exportPeft(adapter, config, 'base');
    const tensors = await readSafetensors(new Blob([files['adapter_model.safetensors']]), 'x');
    tensors.set('base_model.model.lm_head.lora_A.weight', filled([2, 8], 1));
    const source = { configJson: exportedJson(), safetensors: new Blob([writeSafetensors(tensors)]) };
    expect(await fitsModel(source, config)).toBe(false);
  });
});
