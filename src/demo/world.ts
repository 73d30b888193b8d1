/** All requests of the demo's world: listed by kind, and found by their text. */
import type { DemoRequest } from './request';
import { goodsAndPeopleRequests } from './requests-goods';
import { howToRequests } from './requests-how-to';
import { knowledgeRequests } from './requests-knowledge';
import { numberRequests } from './requests-numbers';
import { shopRequests } from './requests-shops';
import { talkRequests } from './requests-talk';
import { unsafeRequests } from './requests-unsafe';
import { alphabetRequests, spellingRequests, wordOrderRequests } from './requests-words';

let byKind: Map<string, DemoRequest[]> | null = null;
let byText: Map<string, DemoRequest> | null = null;

/** The requests of every kind; made once. */
export function requestsByKind(): ReadonlyMap<string, readonly DemoRequest[]> {
  if (byKind !== null) return byKind;
  byKind = new Map();
  const seen = new Set<string>();
  for (const request of allRequests()) {
    const key = normalise(request.text);
    if (seen.has(key)) continue;
    seen.add(key);
    byKind.set(request.kind, [...(byKind.get(request.kind) ?? []), request]);
  }
  return byKind;
}

/** The order decides what the seeded generators draw, and so the committed files. */
function allRequests(): DemoRequest[] {
  return [
    ...shopRequests(),
    ...goodsAndPeopleRequests(),
    ...numberRequests(),
    ...spellingRequests(),
    ...alphabetRequests(),
    ...knowledgeRequests(),
    ...wordOrderRequests(),
    ...talkRequests(),
    ...howToRequests(),
    ...unsafeRequests(),
  ];
}

/** The request with this text (case, spaces and punctuation at the end do not matter), or null. */
export function findRequest(text: string): DemoRequest | null {
  byText ??= new Map([...requestsByKind().values()].flat().map((request) => [normalise(request.text), request]));
  return byText.get(normalise(text)) ?? null;
}

function normalise(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}
