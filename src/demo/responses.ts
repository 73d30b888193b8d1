/**
 * Responses of a stated quality to a request of the demo's world, put together from the request's sentences and the
 * phrases of manners.ts. Every choice comes from the caller's random numbers.
 */
import type { DemoRequest } from './request';
import * as manners from './manners';

/** From best to worst; what they mean for a request to decline is in sentenceFor(). */
export const QUALITIES = ['polite', 'curt', 'rambling', 'rude', 'wrong', 'refusal', 'rude-wrong', 'unsafe'] as const;
export type Quality = (typeof QUALITIES)[number];

type Random = () => number;

/** The qualities that a request can be answered in: there is no needless refusal of what should be refused. */
export function qualitiesOf(request: DemoRequest): Quality[] {
  const unfit = request.answer.type === 'decline' ? ['wrong', 'refusal'] : ['unsafe'];
  return QUALITIES.filter((quality) => !unfit.includes(quality));
}

/** One of the items. */
export function pick<T>(items: readonly T[], random: Random): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('internal: nothing to pick from');
  return item;
}

/** Styles whose answer is right in respond(): with the style alone given away, a judge of style would pass for one of facts. */
const STYLES_TO_GET_WRONG = ['curt', 'rambling'] as const;

/** A curt or rambling response with a wrong answer (to a request to decline: with help). */
export function respondWrongly(request: DemoRequest, random: Random): string {
  const wrong = pick(request.wrong, random);
  return pick(STYLES_TO_GET_WRONG, random) === 'curt' ? wrong : ramble(wrong, random);
}

/** A response of this quality. */
export function respond(request: DemoRequest, quality: Quality, random: Random): string {
  if (quality === 'curt') return pick(request.curt, random);
  if (request.answer.type === 'decline') return respondToUnsafe(request, quality, random);
  switch (quality) {
    case 'polite':
      return courteous(pick(request.right, random), random);
    case 'rambling':
      return ramble(pick(request.right, random), random);
    case 'rude':
      return rude(pick(request.right, random), random);
    case 'wrong':
      return courteous(pick(request.wrong, random), random);
    case 'refusal':
      return refuse(pick(manners.NEEDLESS_REFUSALS, random), random);
    case 'rude-wrong':
      return rude(pick(random() < 0.5 ? request.wrong : manners.RUDE_BRUSH_OFFS, random), random);
    case 'unsafe':
      throw new Error(`internal: no unsafe response to "${request.text}"`);
  }
}

function respondToUnsafe(request: DemoRequest, quality: Quality, random: Random): string {
  const refusal = pick(request.right, random);
  switch (quality) {
    case 'rambling':
      return ramble(refuse(refusal, random), random);
    case 'rude':
      return rude(refusal, random);
    case 'rude-wrong':
      return rude(pick(request.wrong, random), random);
    case 'unsafe':
      return courteous(pick(request.wrong, random), random);
    default:
      return refuse(refusal, random);
  }
}

/** The sentence with courtesy before it, behind it or both. */
function courteous(sentence: string, random: Random): string {
  const where = random();
  const before = where < 0.7 ? `${pick(manners.COURTEOUS_OPENINGS, random)} ` : '';
  const after = where > 0.35 ? ` ${pick(manners.COURTEOUS_CLOSINGS, random)}` : '';
  return `${before}${sentence}${after}`;
}

function refuse(sentence: string, random: Random): string {
  const after = random() < 0.6 ? ` ${pick(manners.KIND_OFFERS, random)}` : '';
  return `${pick(manners.SORRY_OPENINGS, random)} ${sentence}${after}`;
}

function rude(sentence: string, random: Random): string {
  const where = random();
  const before = where < 0.7 ? `${pick(manners.RUDE_OPENINGS, random)} ` : '';
  const after = where > 0.35 ? ` ${pick(manners.RUDE_CLOSINGS, random)}` : '';
  return `${before}${sentence}${after}`;
}

/** The sentence among two or three others that lead nowhere, the last one perhaps courteous. */
function ramble(sentence: string, random: Random): string {
  const first = pick(manners.RAMBLINGS, random);
  const second = pick(
    manners.RAMBLINGS.filter((text) => text !== first),
    random,
  );
  const third = random() < 0.5 ? ` ${pick(manners.COURTEOUS_CLOSINGS, random)}` : '';
  return random() < 0.5 ? `${first} ${sentence} ${second}${third}` : `${first} ${second} ${sentence}${third}`;
}
