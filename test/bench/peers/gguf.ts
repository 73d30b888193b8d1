/**
 * Writes the benchmark model as a GGUF v3 file for llama.cpp: halves, norms in fp32, rows of q and k permuted from the
 * half-split RoPE of Hugging Face to llama.cpp's interleaved one. The vocabulary is one fixed-width text a token id, so
 * that prompts and results can be written as text. Leaves out merges, scores and every other architecture.
 */
import type { LlamaConfig } from '../../../src/model/config';
import type { BenchModel } from '../contender';
import { toHalves } from '../support/halves';

const valueType = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;
const tensorType = { f32: 0, f16: 1 } as const;
/** llama.cpp's token types: unknown, control, and text that is matched as it stands. */
const tokenType = { unknown: 2, control: 3, userDefined: 4 } as const;
const alignment = 32;

/** Growing little-endian bytes. */
class ByteWriter {
  #chunks: Uint8Array[] = [];
  length = 0;

  bytes(data: Uint8Array): this {
    this.#chunks.push(data);
    this.length += data.byteLength;
    return this;
  }
  u32(value: number): this {
    return this.bytes(new Uint8Array(Uint32Array.of(value).buffer));
  }
  u64(value: number): this {
    return this.u32(value % 2 ** 32).u32(Math.floor(value / 2 ** 32));
  }
  f32(value: number): this {
    return this.bytes(new Uint8Array(Float32Array.of(value).buffer));
  }
  text(value: string): this {
    const encoded = new TextEncoder().encode(value);
    return this.u64(encoded.byteLength).bytes(encoded);
  }
  align(): this {
    return this.bytes(new Uint8Array((alignment - (this.length % alignment)) % alignment));
  }
  result(): Uint8Array {
    const joined = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of this.#chunks) {
      joined.set(chunk, at);
      at += chunk.byteLength;
    }
    return joined;
  }
}

/** The text that stands for token `id`; parse() is its inverse. */
export const tokenText = (id: number): string => `<${String(id).padStart(6, '0')}>`;

/** The ids whose texts follow each other in `text`. */
export const idsOfText = (text: string): number[] => [...text.matchAll(/<(\d{6})>/g)].map((match) => Number(match[1]));

type Field = (writer: ByteWriter) => ByteWriter;

const u32 =
  (key: string, value: number): Field =>
  (w) =>
    w.text(key).u32(valueType.u32).u32(value);
const f32 =
  (key: string, value: number): Field =>
  (w) =>
    w.text(key).u32(valueType.f32).f32(value);
const flag =
  (key: string, value: boolean): Field =>
  (w) =>
    w
      .text(key)
      .u32(valueType.bool)
      .bytes(Uint8Array.of(value ? 1 : 0));
const string =
  (key: string, value: string): Field =>
  (w) =>
    w.text(key).u32(valueType.string).text(value);
const list =
  <T>(key: string, type: number, values: T[], write: (w: ByteWriter, value: T) => void): Field =>
  (w) => {
    w.text(key).u32(valueType.array).u32(type).u64(values.length);
    values.forEach((value) => write(w, value));
    return w;
  };

function fields(config: LlamaConfig): Field[] {
  return [
    string('general.architecture', 'llama'),
    string('general.name', 'bench'),
    u32('general.file_type', 1),
    u32('llama.context_length', config.contextLength),
    u32('llama.embedding_length', config.hiddenSize),
    u32('llama.block_count', config.layers),
    u32('llama.feed_forward_length', config.intermediateSize),
    u32('llama.attention.head_count', config.heads),
    u32('llama.attention.head_count_kv', config.kvHeads),
    f32('llama.attention.layer_norm_rms_epsilon', config.normEpsilon),
    u32('llama.rope.dimension_count', config.headDim),
    f32('llama.rope.freq_base', config.ropeTheta),
    u32('llama.vocab_size', config.vocabSize),
    ...vocabulary(config.vocabSize),
  ];
}

function vocabulary(size: number): Field[] {
  const special = ['<unk>', '<s>', '</s>'];
  const ids = Array.from({ length: size }, (_, id) => id);
  const typeOf = (id: number) => (id === 0 ? tokenType.unknown : id < 3 ? tokenType.control : tokenType.userDefined);
  return [
    string('tokenizer.ggml.model', 'llama'),
    list('tokenizer.ggml.tokens', valueType.string, ids, (w, id) => w.text(special[id] ?? tokenText(id))),
    list('tokenizer.ggml.scores', valueType.f32, ids, (w) => w.f32(0)),
    list('tokenizer.ggml.token_type', valueType.i32, ids, (w, id) => w.u32(typeOf(id))),
    u32('tokenizer.ggml.bos_token_id', 1),
    u32('tokenizer.ggml.eos_token_id', 2),
    u32('tokenizer.ggml.unknown_token_id', 0),
    flag('tokenizer.ggml.add_bos_token', false),
    flag('tokenizer.ggml.add_space_prefix', false),
  ];
}

/** Names inside a block, here and there. */
const blockNames = [
  ['input_layernorm', 'attn_norm'],
  ['self_attn.q_proj', 'attn_q'],
  ['self_attn.k_proj', 'attn_k'],
  ['self_attn.v_proj', 'attn_v'],
  ['self_attn.o_proj', 'attn_output'],
  ['post_attention_layernorm', 'ffn_norm'],
  ['mlp.gate_proj', 'ffn_gate'],
  ['mlp.up_proj', 'ffn_up'],
  ['mlp.down_proj', 'ffn_down'],
] as const;

/** GGUF's name of a safetensors tensor. */
function ggufName(name: string): string {
  const top = { 'model.embed_tokens': 'token_embd', 'model.norm': 'output_norm', lm_head: 'output' };
  for (const [theirs, ours] of Object.entries(top)) if (name === `${theirs}.weight`) return `${ours}.weight`;
  const [, layer, inside] = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name) ?? [];
  const known = blockNames.find(([theirs]) => theirs === inside);
  if (!known) throw new Error(`internal: GGUF has no name for ${name}`);
  return `blk.${layer}.${known[1]}.weight`;
}

/** Rows (head, half, j) to (head, j, half). */
function interleaveRows(data: Float32Array, headDim: number, width: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let row = 0; row < data.length / width; row++) {
    const within = row % headDim;
    const [j, half] = [within >> 1, within & 1];
    const from = row - within + half * (headDim / 2) + j;
    out.set(data.subarray(from * width, (from + 1) * width), row * width);
  }
  return out;
}

/** The whole file. */
export function writeGguf({ config, weights }: BenchModel): Uint8Array {
  const tensors = [...weights].map(([name, { shape, data }]) => {
    const isNorm = shape.length === 1;
    const rotated = /self_attn\.[qk]_proj/.test(name) ? interleaveRows(data, config.headDim, shape[1]!) : data;
    const bytes = isNorm ? new Uint8Array(Float32Array.from(data).buffer) : new Uint8Array(toHalves(rotated).buffer);
    return { name: ggufName(name), shape, type: isNorm ? tensorType.f32 : tensorType.f16, bytes };
  });
  const metadata = fields(config);
  const writer = new ByteWriter().bytes(new TextEncoder().encode('GGUF')).u32(3);
  writer.u64(tensors.length).u64(metadata.length);
  metadata.forEach((field) => field(writer));
  let offset = 0;
  for (const { name, shape, type, bytes } of tensors) {
    writer.text(name).u32(shape.length);
    shape.toReversed().forEach((size) => writer.u64(size));
    writer.u32(type).u64(offset);
    offset += Math.ceil(bytes.byteLength / alignment) * alignment;
  }
  writer.align();
  for (const { bytes } of tensors) writer.bytes(bytes).align();
  return writer.result();
}
