/**
 * The demo's preference pairs: for a sample of the world's requests, pairs of responses of random qualities, labelled by
 * the gold judge with a share of flipped labels. The studio splits them by prompt itself.
 */
import { seededRandom, shuffle } from '../data/seeded-random';
import { gradeResponse } from './gold-judge';
import type { DemoRequest } from './request';
import { qualitiesOf, respond, respondWrongly, pick } from './responses';
import { requestsByKind } from './world';

/** As the importer reads it: an HH transcript up to "\n\nAssistant:", and replies with their leading space. */
export interface DemoPair {
  prompt: string;
  chosen: string;
  rejected: string;
}

export interface PairOptions {
  seed: number;
  /** At most so many requests of a kind are used, drawn at random. */
  promptsOfKind: number;
  pairsOfPrompt: number;
  /** The share of pairs with chosen and rejected swapped. */
  labelNoise: number;
}

export const DEMO_PAIRS: PairOptions = { seed: 1, promptsOfKind: 240, pairsOfPrompt: 3, labelNoise: 0.1 };

/** Scores closer than this are a tie, which gives no pair: people would not agree on it either. */
const TIE = 0.05;

/** All pairs of a seed, in random order. */
export function preferencePairs(options: PairOptions): DemoPair[] {
  const { seed, promptsOfKind } = options;
  const pairs: DemoPair[] = [];
  for (const [kind, requests] of requestsByKind()) {
    const drawn = shuffle(requests, seededRandom(seed, 'demo prompts', kind)).slice(0, promptsOfKind);
    for (const request of drawn) pairs.push(...pairsOf(request, options));
  }
  return shuffle(pairs, seededRandom(seed, 'demo pair order'));
}

/** The prompt of a request as it stands before the reply. */
export function promptText(request: DemoRequest): string {
  return `\n\nHuman: ${request.text}\n\nAssistant:`;
}

function pairsOf(request: DemoRequest, { seed, pairsOfPrompt, labelNoise }: PairOptions): DemoPair[] {
  const random = seededRandom(seed, 'demo pairs', request.text);
  const found = new Map<string, DemoPair>();
  for (let tries = 0; found.size < pairsOfPrompt && tries < 50; tries++) {
    const [a, b] = [response(request, random), response(request, random)];
    const gap = gradeResponse(request, a).score - gradeResponse(request, b).score;
    if (Math.abs(gap) < TIE) continue;
    const [better, worse] = gap > 0 ? [a, b] : [b, a];
    const [chosen, rejected] = random() < labelNoise ? [worse, better] : [better, worse];
    found.set([a, b].sort().join('\n'), {
      prompt: promptText(request),
      chosen: ` ${chosen}`,
      rejected: ` ${rejected}`,
    });
  }
  return [...found.values()];
}

/** Of any quality; every style is about as often wrong as right, so that the labels reward the answer beside the style. */
function response(request: DemoRequest, random: () => number): string {
  const quality = pick([...qualitiesOf(request), 'wrong in style', 'wrong in style'] as const, random);
  return quality === 'wrong in style' ? respondWrongly(request, random) : respond(request, quality, random);
}
