/** Model folders: golden cases as they are, and a small folder made here with one thing wrong at a time. */
import fc from 'fast-check';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readModelFolder } from '../../../src/exchange/model-folder';
import { readSafetensors, writeSafetensors } from '../../../src/exchange/safetensors';
import type { NamedTensor } from '../../../src/model/adapter-types';
import { parseModelConfig } from '../../../src/model/parse-config';
import { weightSpecs } from '../../../src/model/weight-specs';
import { InputError } from '../../../src/protocol/errors';
import type { NamedFile } from '../../../src/protocol/library';
import { folderFiles, golden, goldenBlob, goldenCases } from './golden-files';

const llamaJson = {
  model_type: 'llama',
  vocab_size: 8,
  hidden_size: 4,
  intermediate_size: 6,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  max_position_embeddings: 16,
  eos_token_id: 2,
};
const gpt2Json = {
  model_type: 'gpt2',
  vocab_size: 8,
  n_embd: 4,
  n_layer: 1,
  n_head: 2,
  n_positions: 16,
  eos_token_id: 7,
};
const tokenizerJson = {
  added_tokens: [{ id: 3, content: '</s>', special: true }],
  model: { type: 'BPE', vocab: { a: 0, b: 1, ' ': 4, t: 5, e: 6, s: 7 }, merges: [] },
};

/** Every tensor of the configuration, values counting up across tensors. */
function weightsOf(json: object): Map<string, NamedTensor> {
  let next = 0;
  return new Map(
    weightSpecs(parseModelConfig(json, 'config.json')).map(({ name, shape }) => {
      const length = shape.reduce((product, n) => product * n, 1);
      return [name, { shape, data: Float32Array.from({ length }, () => next++) }];
    }),
  );
}

type Content = Record<string, object | string | Uint8Array<ArrayBuffer> | undefined>;

function filesOf(content: Content, prefix = 'some/folder/'): NamedFile[] {
  return Object.entries(content).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const part = value instanceof Uint8Array || typeof value === 'string' ? value : JSON.stringify(value);
    return [{ path: prefix + name, file: new Blob([part]) }];
  });
}

function folder(changes: Content = {}, json: object = llamaJson): NamedFile[] {
  const whole: Content = {
    'config.json': json,
    'tokenizer.json': tokenizerJson,
    'tokenizer_config.json': { eos_token: '</s>' },
    'generation_config.json': { eos_token_id: [2, 5, 99] },
    'model.safetensors': writeSafetensors(weightsOf(json)),
  };
  return filesOf({ ...whole, ...changes });
}

async function refusal(files: NamedFile[]): Promise<string> {
  const error: unknown = await readModelFolder(files).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error instanceof Error ? error.message : '';
}

function changedWeights(change: (weights: Map<string, NamedTensor>) => void, json: object = llamaJson) {
  const weights = weightsOf(json);
  change(weights);
  return { 'model.safetensors': writeSafetensors(weights) };
}

/** Two shards and their index. */
function shards(): Content {
  const entries = [...weightsOf(llamaJson)];
  const parts = [new Map(entries.slice(0, 5)), new Map(entries.slice(5))];
  const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  const weightMap = parts.flatMap((part, i) => [...part.keys()].map((name) => [name, names[i]]));
  return {
    'model.safetensors': undefined,
    'model.safetensors.index.json': { metadata: {}, weight_map: Object.fromEntries(weightMap) },
    ...Object.fromEntries(parts.map((part, i) => [names[i], writeSafetensors(part)])),
  };
}

describe('a good folder', () => {
  it('gives configuration, weights in model order, and figures', async () => {
    const model = await readModelFolder(folder());
    expect(model.config.hiddenSize).toBe(4);
    expect(model.configJson).toEqual(llamaJson);
    expect(await model.loadWeights()).toEqual(weightsOf(llamaJson));
    expect([...(await model.loadWeights()).keys()]).toEqual([...weightsOf(llamaJson).keys()]);
    const values = [...weightsOf(llamaJson).values()].reduce((sum, { data }) => sum + data.length, 0);
    expect(model.parameters).toBe(values);
    expect(model.weightsDtype).toBe('fp32');
    expect(model.bytes).toBe(writeSafetensors(weightsOf(llamaJson)).length);
  });

  it('joins the end tokens of all files, the tokenizer first, without ids past the vocabulary', async () => {
    expect((await readModelFolder(folder())).endTokenIds).toEqual([3, 2, 5]);
    const few = folder({ 'generation_config.json': undefined, 'tokenizer_config.json': undefined });
    expect((await readModelFolder(few)).endTokenIds).toEqual([2]);
  });

  it('may have any folder prefix, and copies in subfolders', async () => {
    const files = [...folder(), ...filesOf({ 'config.json': { model_type: 'other' } }, 'some/folder/onnx/')];
    expect((await readModelFolder(files)).config.modelType).toBe('llama');
    const bare = folder().map(({ path, file }) => ({ path: path.replace('some/folder/', ''), file }));
    expect((await readModelFolder(bare)).config.modelType).toBe('llama');
  });

  it('may have shards', async () => {
    const model = await readModelFolder(folder(shards()));
    expect(await model.loadWeights()).toEqual(weightsOf(llamaJson));
    expect(model.fileNames.length).toBe(2);
  });

  it('may be GPT-2 with the names of the published repository, masks and a stored head', async () => {
    const weights = new Map([...weightsOf(gpt2Json)].map(([name, t]) => [name.replace('transformer.', ''), t]));
    const one = { shape: [1], data: Float32Array.of(1) };
    for (const name of ['h.0.attn.bias', 'h.0.attn.masked_bias', 'lm_head.weight']) weights.set(name, one);
    const model = await readModelFolder(folder({ 'model.safetensors': writeSafetensors(weights) }, gpt2Json));
    expect(await model.loadWeights()).toEqual(weightsOf(gpt2Json));
  });

  it('may hold rotary frequencies and a value head', async () => {
    const one = { shape: [1], data: Float32Array.of(1) };
    const extra = changedWeights((w) =>
      w.set('model.layers.0.self_attn.rotary_emb.inv_freq', one).set('v_head.weight', one),
    );
    expect((await (await readModelFolder(folder(extra))).loadWeights()).size).toBe(weightsOf(llamaJson).size);
  });
});

describe('a bad folder is refused by name', () => {
  it('missing files', async () => {
    expect(await refusal(folder({ 'config.json': undefined }))).toContain('config.json is missing');
    expect(await refusal(folder({ 'tokenizer.json': undefined }))).toContain('tokenizer.json is missing');
    expect(await refusal(folder({ 'model.safetensors': undefined }))).toContain('model.safetensors (or');
    const bin = { 'model.safetensors': undefined, 'pytorch_model.bin': 'x' };
    expect(await refusal(folder(bin))).toContain('found "pytorch_model.bin", which is not supported');
    expect(await refusal([])).toContain('config.json is missing among the 0 files');
  });

  it('two models at once', async () => {
    expect(await refusal([...folder(), ...filesOf({ 'config.json': llamaJson }, 'some/other/')])).toContain(
      'config.json is there twice: in "some/folder" and "some/other"',
    );
  });

  it('files that are no JSON', async () => {
    expect(await refusal(folder({ 'config.json': '{"a":' }))).toContain('config.json is not valid JSON');
    expect(await refusal(folder({ 'tokenizer.json': 'hello' }))).toContain('tokenizer.json is not valid JSON');
    expect(await refusal(folder({ 'generation_config.json': { eos_token_id: 'x' } }))).toContain(
      'generation_config.json',
    );
  });

  it('a tokenizer that is none', async () => {
    expect(await refusal(folder({ 'tokenizer.json': {} }))).toContain('tokenizer.json');
  });

  it('a missing tensor', async () => {
    const name = 'model.layers.1.mlp.up_proj.weight';
    const message = await refusal(folder(changedWeights((weights) => weights.delete(name))));
    expect(message).toContain(`model.safetensors: tensor "${name}" [6, 4] is missing`);
    const head = await refusal(folder(changedWeights((weights) => weights.delete('lm_head.weight'))));
    expect(head).toContain('"tie_word_embeddings"');
  });

  it('a wrong shape', async () => {
    const name = 'model.layers.0.self_attn.k_proj.weight';
    const wrong = { shape: [4, 2], data: new Float32Array(8) };
    const message = await refusal(folder(changedWeights((weights) => weights.set(name, wrong))));
    expect(message).toContain(`model.safetensors: tensor "${name}" has shape [4, 2]; expected [2, 4] by config.json`);
  });

  it('tensors that the configuration has no place for', async () => {
    for (const name of ['model.layers.2.mlp.up_proj.weight', 'model.layers.0.self_attn.q_proj.bias']) {
      const message = await refusal(
        folder(changedWeights((weights) => weights.set(name, { shape: [1], data: Float32Array.of(1) }))),
      );
      expect(message).toContain(`tensor "${name}" [1] has no place in a llama model`);
    }
  });

  it('a truncated file', async () => {
    const whole = writeSafetensors(weightsOf(llamaJson));
    const message = await refusal(folder({ 'model.safetensors': whole.slice(0, whole.length - 10) }));
    expect(message).toContain(`model.safetensors: is truncated`);
    expect(message).toContain(`expected a file of ${whole.length} bytes, but it has ${whole.length - 10}`);
  });

  it('weights of another element type', async () => {
    const text = Buffer.from(writeSafetensors(weightsOf(llamaJson)))
      .toString('latin1')
      .replaceAll('"F32"', '"I32"');
    const message = await refusal(folder({ 'model.safetensors': Uint8Array.from(Buffer.from(text, 'latin1')) }));
    expect(message).toContain('tensor "model.embed_tokens.weight" is I32; expected F32, F16, BF16');
  });

  it('a missing or wrong shard', async () => {
    const name = 'model-00002-of-00002.safetensors';
    expect(await refusal(folder({ ...shards(), [name]: undefined }))).toContain(
      `${name} is missing in the chosen folder`,
    );
    const empty = writeSafetensors(new Map());
    expect(await refusal(folder({ ...shards(), [name]: empty }))).toMatch(
      new RegExp(`${name}: tensor ".*" is missing`),
    );
    const index = { 'model.safetensors.index.json': { weight_map: { a: 3 } } };
    expect(await refusal(folder({ ...shards(), ...index }))).toContain('expected "weight_map"');
  });

  it('whatever bytes change in whichever file, with an InputError and nothing else', async () => {
    const whole = folder(shards());
    const change = fc.record({
      file: fc.nat(whole.length - 1),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      value: fc.nat(255),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const files = [...whole];
        for (const { file, at, value } of changes) {
          const old = files[file];
          if (!old) continue;
          const bytes = new Uint8Array(await old.file.arrayBuffer());
          bytes[Math.floor(at * (bytes.length - 1))] = value;
          files[file] = { path: old.path, file: new Blob([bytes]) };
        }
        try {
          expect((await (await readModelFolder(files)).loadWeights()).size).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 150, seed: 5 },
    );
  });

  it('no end token at all', async () => {
    const none = { ...llamaJson, eos_token_id: null };
    const files = folder({ 'generation_config.json': undefined, 'tokenizer_config.json': undefined }, none);
    expect(await refusal(files)).toContain('No end token');
  });
});

describe.skipIf(goldenCases.length === 0)('golden models', () => {
  it.each(goldenCases)('%s loads', async (name) => {
    const model = await readModelFolder(folderFiles(golden(name), `${name}/`));
    const weights = await model.loadWeights();
    expect([...weights.keys()]).toEqual(weightSpecs(model.config).map((spec) => spec.name));
    const dtype = name.endsWith('-f16') ? 'fp16' : name === 'llama-tied' ? 'bf16' : 'fp32';
    expect(model.weightsDtype).toBe(dtype);
    for (const { data } of weights.values()) expect(data.every(Number.isFinite)).toBe(true);
  });

  it.skipIf(!goldenCases.includes('llama-tiny-sharded'))('shards hold the weights of the whole file', async () => {
    const sharded = await readModelFolder(folderFiles(golden('llama-tiny-sharded')));
    const whole = await readSafetensors(goldenBlob('llama-tiny/model.safetensors'), 'model.safetensors');
    const weights = await sharded.loadWeights();
    expect(weights.size).toBe(whole.size);
    for (const [name, tensor] of weights) expect(tensor).toEqual(whole.get(name));
  });
});

const stories = join('..', 'shared', 'data', 'models', 'stories260K');

describe.skipIf(!existsSync(stories))('stories260K', () => {
  let model: Awaited<ReturnType<typeof readModelFolder>>;
  beforeAll(async () => {
    model = await readModelFolder(folderFiles(stories, 'stories260K/'));
  });

  it('has its published number of parameters', () => {
    expect(model.parameters).toBe(260_032);
    expect(model.endTokenIds).toContain(2);
  });
});
