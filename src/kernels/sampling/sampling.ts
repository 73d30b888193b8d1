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
/** Top-p cuts among tokens that tie: the lowest ids stay, up to the one that reaches the mass. */
fn cutTies(lane: u32) {
  var above = 0.0;
  var ties = 0.0;
  for (var i = lane; i < params.vocab; i += ${samplingLanes}u) {
    let score = scoreOf(i);
    let key = keyOf(score);
    above += select(0.0, exp(score - topScore), key > cutKey);
    ties += select(0.0, 1.0, key == cutKey);
  }
  partSums[lane] = above;
  partSums[${samplingLanes}u + lane] = ties;
  workgroupBarrier();
  if (lane < 32u) { joinSums(lane * 16u, 1u); }
  workgroupBarrier();
  if (lane < 2u) { joinSums(lane * ${samplingLanes}u, 16u); }
  workgroupBarrier();
  if (lane == 0u) {
    let each = max(exp(scoreOfKey(cutKey) - topScore), 1e-37);
    sums[0] = clamp(ceil((goal - partSums[0]) / each), 1.0, partSums[${samplingLanes}u]);
    sums[1] = partSums[${samplingLanes}u];
  }
  let kept = workgroupUniformLoad(&sums[0]);
  if (kept < workgroupUniformLoad(&sums[1])) { cutId = walkTo(lane, kept - 0.5, true); }
}

fn draw(lane: u32, lowest: u32, uniform_: f32) -> u32 {
  cutKey = lowest;
  cutId = 0xffffffffu;
  if (params.topK > 0u && params.topK < params.vocab) { cutKey = searchKey(lane, cutKey, f32(params.topK), true); }
  if (params.topP < 1.0) {
    cutKey = searchKey(lane, cutKey, params.topP, false);
    cutTies(lane);
  }
  return walkTo(lane, uniform_, false);
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
  let highest = workgroupUniformLoad(&rangeHigh);
  var token = workgroupUniformLoad(&chosen);
  let failed = token == 0xffffffffu || highest <= minusInfinityKey || highest >= infinityKey;
  topKey = highest;
  topScore = scoreOfKey(highest);
  if (!failed && params.greedy == 0u) {
    let bits = philox(output[row * (params.capacity + 2u)], control[4u * row + 1u], control[4u * row]).x;
    token = draw(lane, workgroupUniformLoad(&rangeLow), f32(bits >> 8u) / 16777216.0);
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
    },
    workgroups: [slots],
    // Passes over the row, a dozen operations an element in each: one greedy, else up to about 14.
    flops: slots * vocab * (greedy ? 4 : 100),
    bytes: slots * vocab * 4,
  };
}
