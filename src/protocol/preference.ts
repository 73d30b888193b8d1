/** Preference data as it moves between import, training and the page. No behaviour, imports nothing. */

export interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** A prompt as plain text (HH transcript up to and including the last "\n\nAssistant:") or as messages. */
export type Prompt = string | Message[];

/** One preference: `chosen` and `rejected` are the two replies alone, without the prompt. */
export interface PreferencePair {
  /** Content hash of prompt, chosen and rejected (hex). */
  id: string;
  prompt: Prompt;
  chosen: string;
  rejected: string;
}

/** Why a pair was left out of training. */
export const dropReasons = [
  'empty',
  'identical',
  'near-identical',
  'tie',
  'margin',
  'truncated',
  'unsafe',
  'too-long',
  'prompt-mismatch',
] as const;
export type DropReason = (typeof dropReasons)[number];

/** One sampled response with its reward. */
export interface Candidate {
  text: string;
  ids: number[];
  score: number;
  /** True when the end token was produced before the length limit. */
  ended: boolean;
}

/** A synthetic preference with the record of how it came about. */
export interface SyntheticPair {
  id: string;
  round: number;
  /** The prompt as text, exactly as tokenised. */
  prompt: string;
  promptIds: number[];
  chosen: Candidate;
  rejected: Candidate;
  /** All k candidates' scores, in sampling order. */
  scores: number[];
  /** null = kept. */
  dropped: DropReason | null;
}

/** Token ids of one preference; both responses carry the end token. */
export interface EncodedPair {
  id: string;
  promptIds: number[];
  chosenIds: number[];
  rejectedIds: number[];
}
