/**
 * Which waiting responses go to which free slots, and how their prompts get into the cache: kept from a response before,
 * computed, or copied from a slot that has them. Host arithmetic only; see generate-fused.ts.
 */

export interface WaitingResponse {
  promptKey: string;
  promptIds: readonly number[];
}

/** What a slot's cache begins with, and whether a response runs in it. */
export interface SlotContent {
  promptKey: string | null;
  running: boolean;
}

export interface Admission<T extends WaitingResponse> {
  starts: { slot: number; request: T }[];
  /** Prompts to compute, in batches of at most the budget's tokens; after that the copies. */
  prefills: { slot: number; promptIds: readonly number[] }[][];
  copies: { from: number; to: number; length: number }[];
}

/**
 * Takes as many of `waiting` as there are free slots, in order. Slots that run, and slots that are given away here, serve
 * as sources of copies: a slot's prompt stays in its cache until another prompt comes.
 * @param budget tokens of one prefill
 */
export function admit<T extends WaitingResponse>(
  slots: readonly SlotContent[],
  waiting: readonly T[],
  budget: number,
): Admission<T> {
  const free = slots.flatMap(({ running }, slot) => (running ? [] : [slot]));
  const requests = waiting.slice(0, free.length);
  const sources = new Map(slots.flatMap(({ promptKey, running }, i) => (running && promptKey ? [[promptKey, i]] : [])));
  const starts: Admission<T>['starts'] = [];
  // First those whose prompt a free slot still has: no copy may read a slot that is given away to another prompt.
  const others = requests.filter((request) => {
    const at = free.findIndex((slot) => slots[slot]!.promptKey === request.promptKey);
    if (at < 0) return true;
    const [slot] = free.splice(at, 1);
    starts.push({ slot: slot!, request });
    sources.set(request.promptKey, slot!);
    return false;
  });
  const computed: Admission<T>['prefills'][number] = [];
  const copies: Admission<T>['copies'] = [];
  others.forEach((request, i) => {
    const slot = free[i]!;
    const { promptIds, promptKey } = request;
    const source = sources.get(promptKey);
    starts.push({ slot, request });
    // The last token of a prompt comes with the first step.
    if (promptIds.length < 2) return;
    if (source !== undefined) copies.push({ from: source, to: slot, length: promptIds.length - 1 });
    else {
      computed.push({ slot, promptIds });
      sources.set(promptKey, slot);
    }
  });
  return { starts, prefills: batchesOf(computed, budget), copies };
}

/** In order, each batch with as many prompts as its tokens allow, at least one. */
function batchesOf<P extends { promptIds: readonly number[] }>(prompts: readonly P[], budget: number): P[][] {
  const batches: P[][] = [];
  let tokens = Infinity;
  for (const prompt of prompts) {
    const own = prompt.promptIds.length - 1;
    if (tokens + own > budget) {
      batches.push([]);
      tokens = 0;
    }
    batches.at(-1)!.push(prompt);
    tokens += own;
  }
  return batches;
}
