/**
 * The next token of every slot, chosen on the GPU from its logits: repetition penalty, temperature, top-k, top-p, softmax
 * and the draw, in Hugging Face's order and with the ties of src/generation/sampling.ts, which defines it; then the slot's
 * state for the next step. One workgroup a slot, no sort. Random numbers are those of seededRandom, cut to 24 bits.
 */
import type { BufferPart, Dispatch, Kernel } from '../../gpu/kernel';
import { philoxWgsl } from '../random/philox';
import { extremesWgsl, samplingLanes, scoreWgsl, searchWgsl, walkWgsl, workgroupWgsl } from './sampling-wgsl';

/** The row of logits of a slot that is not sampled in this dispatch. */
export const noLogits = 0xffffffff;

/** State of a slot in the output. A failed one had a logit that is not a number, or none that is finite. */
export const slotRunning = 0;
export const slotEnded = 1;
export const slotFull = 2;
export const slotFailed = 3;

const params = {
  vocab: 'u32',
  words: 'u32',
  slots: 'u32',
  endTokens: 'u32',
  capacity: 'u32',
  greedy: 'u32',
  topK: 'u32',
  topP: 'f32',
  temperature: 'f32',
  penalty: 'f32',
  /** 16. Not a constant: compilers unroll loops of a known length, and this kernel then takes 30 s instead of 3. */
  fold: 'u32',
} as const;

const kernel: Kernel<typeof params> = {
  name: 'sampling',
  params,
  bindings: ['read', 'read', 'read', 'write', 'write', 'write', 'write'],
  code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> logits: array<u32>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> control: array<u32>;
@group(0) @binding(4) var<storage, read_write> seen: array<u32>;
@group(0) @binding(5) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(6) var<storage, read_write> lengths: array<u32>;
@group(0) @binding(7) var<storage, read_write> output: array<u32>;
${workgroupWgsl}${philoxWgsl}${scoreWgsl}${extremesWgsl}${searchWgsl}${walkWgsl}
/**
 * Top-k and top-p are two rounds of one search; the ties that top-p keeps and the draw are two walks. Loops, so that the
 * code is there once.
 */
fn draw(lane: u32, lowest: u32, uniform_: f32) -> u32 {
  cutKey = lowest;
  cutId = 0xffffffffu;
  let topK = params.topK > 0u && params.topK < params.vocab;
  let topP = params.topP < 1.0;
  for (var round = select(1u, 0u, topK); round < select(1u, 2u, topP); round++) {
    cutKey = searchKey(lane, cutKey, select(params.topP, f32(params.topK), round == 0u), round == 0u);
  }
  var id = 0u;
  for (var walk = select(1u, 0u, topP); walk < 2u; walk++) {
    // Top-p cuts among tokens that tie: the lowest ids stay, up to the one that reaches the mass.
    let each = max(exp(scoreOfKey(cutKey) - topScore), 1e-37);
    let ties = max(1.0, ceil((goal - before) / each)) - 0.5;
    id = walkTo(lane, select(uniform_, ties, walk == 0u), walk == 0u);
    if (walk == 0u) { cutId = id; }
  }
  return id;
}

/** The slot's state after a token; a failed slot keeps its last one. */
fn advance(token: u32, failed: bool) {
  let at = row * (params.capacity + 2u);
  let count = output[at];
  var state = select(${slotRunning}u, ${slotFull}u, count + 1u >= control[4u * row + 2u]);
  for (var i = 0u; i < params.endTokens; i++) {
    if (control[4u * params.slots + i] == token) { state = ${slotEnded}u; }
  }
  if (failed) {
    state = ${slotFailed}u;
  } else {
    output[at + 2u + count % params.capacity] = token;
    output[at] = count + 1u;
    tokens[row] = token;
    seen[seenAt + (token >> 5u)] |= 1u << (token & 31u);
  }
  output[at + 1u] = state;
  lengths[row] = select(0u, lengths[row] + 1u, state == ${slotRunning}u);
}

@compute @workgroup_size(${samplingLanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  row = group.x;
  if (lane == 0u) { chosen = select(output[row * (params.capacity + 2u) + 1u], 1u, rows[row] == ${noLogits}u); }
  if (workgroupUniformLoad(&chosen) != ${slotRunning}u) { return; }
  logitsAt = rows[row] * params.vocab;
  seenAt = row * params.words;
  findExtremes(lane);
  let keys = workgroupUniformLoad(&range);
  var token = workgroupUniformLoad(&chosen);
  let failed = token == 0xffffffffu || keys.y <= minusInfinityKey || keys.y >= infinityKey;
  topKey = keys.y;
  topScore = scoreOfKey(keys.y);
  if (!failed && params.greedy == 0u) {
    let bits = philox(output[row * (params.capacity + 2u)], control[4u * row + 1u], control[4u * row]).x;
    token = draw(lane, keys.x, f32(bits >> 8u) / 16777216.0);
  }
  if (lane == 0u) { advance(token, failed); }
}`,
};

export interface SlotControl {
  /** streamKeys(...) of the response's random numbers; draw n uses number n of the stream. */
  key: number;
  stream: number;
  /** Tokens it may get, the end token included. */
  limit: number;
}

/** Words of a bitset over the vocabulary. */
export const seenWords = (vocab: number) => Math.ceil(vocab / 32);

/** What the kernel reads about the slots and the end of a response: [slots][4], then the end tokens. */
export function samplingControl(
  slots: readonly SlotControl[],
  endTokenIds: readonly number[],
): Uint32Array<ArrayBuffer> {
  return Uint32Array.from([...slots.flatMap(({ key, stream, limit }) => [key, stream, limit, 0]), ...endTokenIds, 0]);
}

/** The bitset of ids, for the repetition penalty. */
export function seenBits(ids: Iterable<number>, vocab: number): Uint32Array<ArrayBuffer> {
  const bits = new Uint32Array(seenWords(vocab));
  for (const id of ids) bits[id >>> 5] = bits[id >>> 5]! | (1 << (id & 31));
  return bits;
}

/** Bytes of the output of `slots` slots that keep their last `capacity` tokens. */
export const samplingOutputBytes = (slots: number, capacity: number) => slots * (capacity + 2) * 4;

/** One slot's part of the output: draws so far, state, and its tokens from draw number `first` (within the capacity). */
export function readSlot(output: Uint32Array, slot: number, capacity: number, first: number) {
  const at = slot * (capacity + 2);
  const count = output[at]!;
  const tokens = Array.from({ length: count - first }, (_, i) => output[at + 2 + ((first + i) % capacity)]!);
  return { count, state: output[at + 1]!, tokens };
}

export interface SamplingArguments {
  slots: number;
  vocab: number;
  endTokens: number;
  /** Tokens of a slot that the output keeps; read it at least this often. */
  capacity: number;
  settings: { temperature: number; topK: number; topP: number; repetitionPenalty: number };
  /** [rows, vocab] f32. */
  logits: BufferPart;
  /** [slots] u32: the row of logits of each slot, or noLogits. Several slots may share a row (the samples of a prompt). */
  rows: BufferPart;
  /** samplingControl(...). */
  control: BufferPart;
  /** [slots, seenWords(vocab)] u32: ids of prompt and response; the kernel adds the token. */
  seen: BufferPart;
  /** [slots] u32: the drawn token, input of the next step. */
  tokens: BufferPart;
  /** [slots] u32: positions of the slot with the drawn token, 0 once it is finished; see rotateAndAppend. */
  lengths: BufferPart;
  /** [slots][2 + capacity] u32: draws so far, state, ring of tokens; see readSlot. Zeros to start a slot. */
  output: BufferPart;
}

/** Draws one token for every running slot that has logits. Finished slots stay as they are. */
export function sampleTokens(args: SamplingArguments): Dispatch<typeof params> {
  const { slots, vocab, endTokens, capacity, settings } = args;
  const { temperature, topK, topP, repetitionPenalty } = settings;
  const greedy = temperature === 0;
  return {
    kernel,
    buffers: [args.logits, args.rows, args.control, args.seen, args.tokens, args.lengths, args.output],
    params: {
      vocab,
      words: seenWords(vocab),
      slots,
      endTokens,
      capacity,
      greedy: greedy ? 1 : 0,
      topK,
      topP,
      temperature: greedy ? 1 : temperature,
      penalty: repetitionPenalty,
      fold: 16,
    },
    workgroups: [slots],
    // Passes over the row, a dozen operations an element in each: one greedy, else up to about 14.
    flops: slots * vocab * (greedy ? 4 : 100),
    bytes: slots * vocab * 4,
  };
}
