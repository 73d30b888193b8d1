/** What the System page shows of earlier workers: GPU memory of runs over time, and the last events. Bounded by who writes it. */
import { z } from 'zod';
import type { MemoryTimeline, SystemEvent } from '../protocol/system';
import type { StudioDatabase } from './database';

const held = z.record(z.string(), z.number());
const stage = z.string().nullable();

const timelineSchema = z.object({
  runId: z.string(),
  budgetBytes: z.number().nullable(),
  samples: z.array(z.object({ at: z.number(), stage, held })),
  peak: z.object({ at: z.number(), stage, bytes: z.number() }),
}) satisfies z.ZodType<MemoryTimeline>;

const eventsSchema = z.object({
  events: z.array(z.object({ at: z.number(), level: z.enum(['info', 'error']), message: z.string() })),
}) satisfies z.ZodType<{ events: SystemEvent[] }>;

const eventsKey = 'events';

/** Replaces the run's earlier one. */
export async function putTimeline(database: StudioDatabase, timeline: MemoryTimeline): Promise<void> {
  await database.put('memoryTimelines', timeline);
}

/** Of the run that worked last among `runIds`; null where none has one that this version can read. */
export async function latestTimeline(
  database: StudioDatabase,
  runIds: ReadonlySet<string>,
): Promise<MemoryTimeline | null> {
  const { store } = database.transaction('memoryTimelines');
  let latest: MemoryTimeline | null = null;
  const endOf = ({ samples, peak }: MemoryTimeline) => samples.at(-1)?.at ?? peak.at;
  for (let cursor = await store.openCursor(); cursor; cursor = await cursor.continue()) {
    const parsed = timelineSchema.safeParse(cursor.value);
    if (!parsed.success || !runIds.has(parsed.data.runId)) continue;
    if (latest === null || endOf(parsed.data) > endOf(latest)) latest = parsed.data;
  }
  return latest;
}

export async function putEvents(database: StudioDatabase, events: readonly SystemEvent[]): Promise<void> {
  await database.put('systemLog', { key: eventsKey, events: [...events] });
}

/** Oldest first; empty where there are none, or of a shape that this version does not know. */
export async function readEvents(database: StudioDatabase): Promise<SystemEvent[]> {
  const parsed = eventsSchema.safeParse(await database.get('systemLog', eventsKey));
  return parsed.success ? parsed.data.events : [];
}
