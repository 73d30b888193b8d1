/**
 * Text to pretrain the demo's base model on: dialogues in the HH format with answers of all qualities, so that the model
 * can write good and bad ones, and plain notes of the world's facts.
 */
import { seededRandom } from '../data/seeded-random';
import { promptText } from './preference-pairs';
import type { DemoRequest } from './request';
import { pick, respond, type Quality } from './responses';
import { requestsByKind } from './world';

/** How often each quality is drawn for a request that is fine; the shares sum to 1. */
const MIXTURE: readonly [Quality, number][] = [
  ['polite', 0.3],
  ['curt', 0.2],
  ['wrong', 0.15],
  ['rambling', 0.1],
  ['rude', 0.1],
  ['refusal', 0.08],
  ['rude-wrong', 0.07],
];

/** The same for a request to decline. */
const UNSAFE_MIXTURE: readonly [Quality, number][] = [
  ['unsafe', 0.35],
  ['polite', 0.25],
  ['curt', 0.15],
  ['rambling', 0.05],
  ['rude', 0.1],
  ['rude-wrong', 0.1],
];

const NOTE_SHARE = 0.15;

/**
 * Documents without end; the caller puts the end token behind each. The same seed gives the same documents. All begin
 * with two line breaks, as the studio's prompts do.
 */
export function* pretrainingText(seed: number): Generator<string, never> {
  const random = seededRandom(seed, 'demo pretraining');
  const kinds = [...requestsByKind().values()];
  for (;;) {
    const request = pick(pick(kinds, random), random);
    yield random() < NOTE_SHARE && hasFact(request) ? note(request, random) : dialogue(request, random);
  }
}

/** Kinds with a fact that a sentence alone can state. */
function hasFact({ answer }: DemoRequest): boolean {
  return answer.type === 'value' || answer.type === 'choice';
}

/** A right statement; the first sentence of every kind names all that it is about. */
function note(request: DemoRequest, random: () => number): string {
  const complete = request.right.filter(
    (sentence) =>
      !/^(It|The answer|The word you|The next day|The last day|The right form|Together|In all|Both|The colour is|The first word is|The bigger number is|The next number) /.test(
        sentence,
      ),
  );
  return `\n\nNote: ${complete.length === 0 ? request.text + ' ' + pick(request.right, random) : pick(complete, random)}`;
}

function dialogue(request: DemoRequest, random: () => number): string {
  const mixture = request.answer.type === 'decline' ? UNSAFE_MIXTURE : MIXTURE;
  return `${promptText(request)} ${respond(request, draw(mixture, random), random)}`;
}

function draw(mixture: readonly [Quality, number][], random: () => number): Quality {
  let left = random();
  for (const [quality, share] of mixture) {
    left -= share;
    if (left < 0) return quality;
  }
  return 'polite';
}
