/**
 * Checkpoints of one stage in two slots. A write replaces the older slot, so a crash or a full storage in its middle leaves
 * the newer one; a checksum tells a torn or damaged one, a sequence number the newer. What is in a checkpoint is the
 * stage's (stage-controls.ts), where it lies the storage's.
 */
import { contentHash } from '../data/content-hash';
import { checkpointSlots, type CheckpointSlot, type CheckpointStore } from '../storage/checkpoint-store';
import { checkpointSchema, type Checkpoint } from '../storage/records';
import { canonicalJson } from './canonical-json';

/** What a stage has done so far. */
export type StageProgress = Pick<Checkpoint, 'done' | 'points' | 'parts' | 'floats'>;

export interface StageCheckpoints {
  /** The newest one that can be trusted when the stage was opened; null for none. */
  found: StageProgress | null;
  /** What was wrong with those that cannot be trusted, for the person. */
  notes: string[];
  /** Writes over the older slot. @throws what the storage throws; the newer slot is as before */
  save(progress: StageProgress): Promise<void>;
}

type SlotContent = { checkpoint: Checkpoint } | { problem: string } | null;

/** Reads both slots of the stage. Checkpoints of another artifact key count as absent. */
export async function openCheckpoints(store: CheckpointStore, stage: string, key: string): Promise<StageCheckpoints> {
  const read = async (slot: CheckpointSlot) => ({ slot, content: await readSlot(store, stage, slot, key) });
  const slots = await Promise.all(checkpointSlots.map(read));
  const problems = slots.flatMap(({ content }) => (content && 'problem' in content ? [content.problem] : []));
  const valid = slots
    .flatMap(({ slot, content }) => (content && 'checkpoint' in content ? [{ slot, ...content }] : []))
    .toSorted((a, b) => b.checkpoint.sequence - a.checkpoint.sequence);
  const newest = valid[0];
  let sequence = newest?.checkpoint.sequence ?? 0;
  let keep = newest?.slot ?? 1;
  return {
    found: newest ? newest.checkpoint : null,
    notes: problems.map((problem) => damageNote(problem, newest?.checkpoint)),
    save: async (progress) => {
      const slot = keep === 0 ? 1 : 0;
      const unsealed = { key, sequence: sequence + 1, ...progress };
      await store.write(stage, slot, { ...unsealed, checksum: await checksumOf(unsealed) });
      // Only a write that went through makes the other slot the older one.
      [keep, sequence] = [slot, unsealed.sequence];
    },
  };
}

async function readSlot(
  store: CheckpointStore,
  stage: string,
  slot: CheckpointSlot,
  key: string,
): Promise<SlotContent> {
  let stored: unknown;
  try {
    stored = await store.read(stage, slot);
  } catch (error) {
    return { problem: `the storage cannot read it (${error instanceof Error ? error.message : String(error)})` };
  }
  if (stored === undefined) return null;
  const parsed = checkpointSchema.safeParse(stored);
  if (!parsed.success) return { problem: 'it is not complete' };
  const checkpoint = parsed.data;
  if (checkpoint.key !== key) return null;
  if ((await checksumOf(checkpoint)) !== checkpoint.checksum) return { problem: 'its content changed on disk' };
  if (!holdsNumbers(checkpoint)) return { problem: 'it holds numbers that are not finite' };
  return { checkpoint };
}

/** SHA-256 over all but the checksum; vectors are hashed one by one, so that no second copy of all is made. */
async function checksumOf({ key, sequence, done, points, parts, floats }: Omit<Checkpoint, 'checksum'>) {
  const vectors = Object.entries(floats).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const hashes: string[] = [];
  for (const [name, { buffer, byteOffset, byteLength }] of vectors) {
    hashes.push(name, await contentHash(new Uint8Array(buffer, byteOffset, byteLength)));
  }
  const texts = Object.entries(parts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flat();
  return contentHash(canonicalJson({ key, sequence, done, points }), String(texts.length), ...texts, ...hashes);
}

function holdsNumbers({ floats }: Checkpoint): boolean {
  return Object.values(floats).every((vector) => vector.every(Number.isFinite));
}

function damageNote(problem: string, newest: Checkpoint | undefined): string {
  const start = newest ? `at the one before, after ${newest.done}` : 'from its beginning';
  return `a checkpoint of this stage was left out: ${problem}. The stage went on ${start}.`;
}
