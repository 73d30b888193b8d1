/**
 * Documents as training sequences: whole documents, each followed by the end token. Most sequences hold one document, as a prompt
 * stands alone later; every eleventh holds as many as fit the context, so that all positions are trained. With short documents
 * either kind has about half of the tokens.
 */
import { seededRandom, shuffle } from '../../src/data/seeded-random';
import type { TextTokenizer } from '../../src/data/tokenizer';

/** One sequence of so many is full of documents. */
const packedEvery = 11;

export interface SequenceOptions {
  contextLength: number;
  endTokenId: number;
  seed: number;
}

/** @returns sequences in random order, and how many documents were longer than the context and left out */
export function packDocuments(
  documents: readonly string[],
  tokenizer: Pick<TextTokenizer, 'encode'>,
  { contextLength, endTokenId, seed }: SequenceOptions,
): { sequences: number[][]; tooLong: number } {
  const encoded = documents.map((text) => [...tokenizer.encode(text, false), endTokenId]);
  const fitting = shuffle(
    encoded.filter(({ length }) => length <= contextLength),
    seededRandom(seed, 'documents'),
  );
  const sequences: number[][] = [];
  let next = 0;
  while (next < fitting.length) {
    const room = sequences.length % packedEvery === 0 ? contextLength : 0;
    const sequence = [...fitting[next++]!];
    while (next < fitting.length && sequence.length + fitting[next]!.length <= room) sequence.push(...fitting[next++]!);
    sequences.push(sequence);
  }
  return { sequences, tooLong: encoded.length - fitting.length };
}
