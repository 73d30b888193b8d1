/** Self-test case of sampling: a greedy slot set, and one that draws under every filter, where rounding cannot matter. */
import { drawReference, samplingReference, type ReferenceSettings } from '../sampling/reference';
import {
  noLogits,
  sampleTokens,
  samplingControl,
  samplingOutputBytes,
  seenBits,
  seenWords,
  slotRunning,
} from '../sampling/sampling';
import type { Bench } from './bench';
import { philoxWord } from './mask';
import type { SelfTestOptions } from './options';

const [vocab, capacity] = [1003, 2];
const settings: ReferenceSettings[] = [
  { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1.5 },
  { temperature: 0.8, topK: 40, topP: 0.9, repetitionPenalty: 1.2 },
];

export function samplingCases(bench: Bench, { generation }: SelfTestOptions): void {
  if (!generation) return;
  const logits = bench.random(vocab).map((value) => 5 * value);
  const seen = [3, 64, 1000];
  for (const one of settings) samplingCase(bench, logits, seen, one);
}

/** Three slots: two draw from one row with different random numbers, one has no logits. */
function samplingCase(bench: Bench, logits: Float32Array, seen: number[], one: ReferenceSettings): void {
  const probabilities = samplingReference(logits, one, new Set(seen));
  const streams = [0, 1].map((number) => clearStream(probabilities, 10 * number));
  const drawn = streams.map(({ uniform }) => drawReference(probabilities, uniform));
  const slots = 3;
  const words = seenWords(vocab);
  const bits = Array.from({ length: slots }, () => [...seenBits(seen, vocab)]).flat();
  const outputWords = samplingOutputBytes(slots, capacity) / 4;
  const [tokens, lengths] = [bench.outputWords([0, 0, 7]), bench.outputWords([5, 6, 4])];
  const output = bench.outputWords(new Uint32Array(outputWords));
  const bitset = bench.outputWords(bits);
  const control = samplingControl(
    [...streams.map(({ stream }) => ({ key, stream, limit: 9 })), { key, stream: 0, limit: 9 }],
    [],
  );
  const dispatch = sampleTokens({
    slots,
    vocab,
    endTokens: 0,
    capacity,
    settings: one,
    logits: bench.floats(logits),
    rows: bench.words([0, 0, noLogits]),
    control: bench.words(control),
    seen: bitset,
    tokens,
    lengths,
    output,
  });
  const states = [...drawn.flatMap((token) => [1, slotRunning, token, 0]), 0, 0, 0, 0];
  const marked = bits.map((word, i) => {
    const token = drawn[Math.floor(i / words)];
    return token !== undefined && token >>> 5 === i % words ? (word | (1 << (token & 31))) >>> 0 : word;
  });
  const exactly = { tolerance: 0, as: 'u32' as const };
  bench.check(
    dispatch,
    { output: tokens, values: [...drawn, 7], ...exactly },
    { output: lengths, values: [6, 7, 4], ...exactly },
    { output, values: states, ...exactly },
    { output: bitset, values: marked, ...exactly },
  );
}

const key = 99;

/** A stream, from `first` on, whose first number is not so close to a border between tokens that fp32 could take the other. */
function clearStream(probabilities: Float64Array, first: number): { stream: number; uniform: number } {
  for (let stream = first; ; stream++) {
    const uniform = Math.floor(philoxWord(0, stream, key) / 256) / 2 ** 24;
    const near = [-1e-4, 1e-4].map((shift) => drawReference(probabilities, Math.max(0, uniform + shift)));
    if (near[0] === near[1]) return { stream, uniform };
  }
}
