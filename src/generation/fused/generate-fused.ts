/**
 * Generation on the fused kernels: slots with continuous batching. Several steps are handed to the GPU at once, and their
 * tokens are read while the next ones compute; the host cuts at the end of a response and gives the slot to the next.
 * Leaves out the GPU's part; see src/model/fused/decode-session.ts.
 */
import { openDecodeSession, type DecodeSession } from '../../model/fused/decode-session';
import type { FusedModel } from '../../model/fused/fused-model';
import type { SlotReader } from '../../model/fused/slot-state';
import { recordToken, type GenerateArguments, type PlannedResponse } from '../responses';
import { admit } from './slot-plan';

/** Steps between two readbacks: fewer while others wait for a slot, which is free only once the host knows. */
const stepsAtOnce = { waiting: 4, last: 8 };

/** A response in a slot. */
interface Running extends PlannedResponse {
  /** Tokens that the steps so far have drawn, unless it ended before. */
  asked: number;
  /** Tokens that the host has seen. */
  received: number;
  finished: boolean;
}

interface Slot {
  promptKey: string | null;
  /** Null when it is free. */
  running: Running | null;
}

interface Work {
  session: DecodeSession;
  slots: Slot[];
  /** Responses without a slot, in order. */
  waiting: Running[];
  all: Running[];
}

/** Fills the planned responses. */
export async function generateFused(
  model: FusedModel,
  args: GenerateArguments,
  planned: readonly PlannedResponse[],
): Promise<void> {
  if (planned.length === 0) return;
  const { parameters, settings } = args;
  const { endTokenIds, batchSize } = settings;
  const all = planned.map((row): Running => ({ ...row, asked: 0, received: 0, finished: row.limit === 0 }));
  const slots = Math.min(batchSize, all.length);
  const capacity = Math.max(...planned.map(({ promptIds, limit }) => promptIds.length + limit));
  const session = openDecodeSession(model, { parameters, slots, capacity, sampling: settings, endTokenIds });
  const empty = Array.from({ length: slots }, (): Slot => ({ promptKey: null, running: null }));
  try {
    await session.compile();
    await runAll({ session, slots: empty, waiting: all.filter(({ finished }) => !finished), all }, args);
  } finally {
    session.dispose();
  }
}

/** A readback under way, and who was in which slot when it began. */
interface Reading {
  reader: Promise<SlotReader>;
  inSlot: (Running | null)[];
}

async function runAll(work: Work, { gate, onProgress, onPartial }: GenerateArguments): Promise<void> {
  const readings: Reading[] = [];
  try {
    while (work.waiting.length > 0 || readings.length > 0 || work.slots.some(({ running }) => running)) {
      await gate();
      fillSlots(work);
      const reading = takeSteps(work);
      if (reading) readings.push(reading);
      // While this batch of steps computes, only the one before it is waited for.
      if (reading && readings.length < 2) continue;
      const oldest = readings.shift();
      if (!oldest) continue;
      collect(work, await oldest.reader, oldest.inSlot);
      onProgress(progress(work), work.all.length);
      onPartial?.(work.all.map(({ response }) => response));
    }
  } finally {
    await Promise.allSettled(readings.map(({ reader }) => reader));
  }
  onProgress(work.all.length, work.all.length);
}

/** Gives free slots to waiting responses. */
function fillSlots({ session, slots, waiting }: Work): void {
  if (waiting.length === 0) return;
  const contents = slots.map(({ promptKey, running }) => ({ promptKey, running: running !== null }));
  const { starts, prefills, copies } = admit(contents, waiting, session.prefillTokens);
  for (const prompts of prefills) session.prefill(prompts);
  session.copy(copies);
  for (const { slot, request } of starts) {
    session.start({ slot, ...request });
    slots[slot] = { promptKey: request.promptKey, running: request };
  }
  waiting.splice(0, starts.length);
}

/** Enqueues steps and a readback; null when no slot is in use. */
function takeSteps({ session, slots, waiting }: Work): Reading | null {
  const running = slots.flatMap((slot) => slot.running ?? []);
  if (running.length === 0) return null;
  const left = Math.max(...running.map(({ asked, limit }) => limit - asked));
  const steps = Math.min(left, waiting.length > 0 ? stepsAtOnce.waiting : stepsAtOnce.last);
  for (let step = 0; step < steps; step++) session.step();
  const reading = { reader: session.read(), inSlot: slots.map((slot) => slot.running) };
  // Whoever awaits it hears of a failure; until then it is no unhandled one.
  reading.reader.catch(() => {});
  for (const row of running) row.asked = Math.min(row.limit, row.asked + steps);
  // Whoever has all its tokens by then is surely done; its slot need not wait for the readback.
  for (const slot of slots) if (slot.running && slot.running.asked === slot.running.limit) slot.running = null;
  return reading;
}

/** Adds what the GPU drew to the responses, and frees the slots of those that ended. */
function collect({ slots }: Work, reader: SlotReader, inSlot: readonly (Running | null)[]): void {
  inSlot.forEach((row, slot) => {
    if (!row || row.finished) return;
    const { tokens, running, ended } = reader(slot, row.received);
    tokens.forEach((token, i) => recordToken(row.response, token, ended && i === tokens.length - 1));
    row.received += tokens.length;
    if (running) return;
    row.finished = true;
    if (slots[slot]!.running === row) slots[slot]!.running = null;
  });
}

/** Whole responses, with the shares of those that are under way. */
function progress({ all }: Work): number {
  return Math.floor(all.reduce((sum, { finished, received, limit }) => sum + (finished ? 1 : received / limit), 0));
}
