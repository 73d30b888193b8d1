/**
 * The pairs that a stage trains on: original ones, synthetic ones of the rounds that the recipe's mix names, and those voted in the
 * playground, with what a person decided about them. Verdicts count from the start of a stage: a finished stage keeps those it was trained with.
 */
import type { DatasetSource } from '../data/dataset-source';
import { contentHash } from '../data/content-hash';
import type { StandingReviews, StandingVerdict } from '../data/review/review-state';
import { originalRound, pairKeyText, type PairTexts } from '../protocol/pair-review';
import type { DropReason, EncodedPair, PreferencePair, SyntheticPair } from '../protocol/preference';
import type { Bytes } from '../storage/records';
import { canonicalJson, jsonFile } from './canonical-json';
import { encodePair } from './encode-pair';
import { encodeEditedSynthetic, encodeSynthetic } from './encode-synthetic';
import { applyVerdict, reviewNotes, roundName, type PoolPair, type ReviewedPair } from './pair-verdicts';
import type { RunContext } from './run-context';
import type { LoadArtifact } from './stage-runner';
import { pairStages, type StageSpec } from './stages';
import { readSyntheticPairs } from './synthetic-pairs';
import { applyVoted } from './voted-pairs';

const reviewsFile = 'pair_reviews.json';

/** Where a run learns what the person decided. */
export interface RunReviews {
  /** What stands now. */
  standing(): Promise<StandingReviews>;
  /** The inputs by hash that a finished stage of this run was made from; undefined for one that has not finished. */
  recorded(stageId: string): Readonly<Record<string, string>> | undefined;
}

export interface TrainingPairs {
  original: EncodedPair[];
  synthetic: EncodedPair[];
  /** Made by votes in the playground; none for SFT. */
  voted: EncodedPair[];
  /** The pairs that verdicts change or votes add. */
  reviewed: ReviewedPair[];
  /** Content hash of those changes; null for none. */
  hash: string | null;
  notes: string[];
  /** The record of the changes as a file of the stage's result; none without changes. */
  files: Record<string, Bytes>;
}

type PairContext = Pick<RunContext, 'recipe' | 'tokenizer' | 'endTokenId'> & {
  data: Pick<RunContext['data'], 'trainPairs' | 'heldOutPairs' | 'heldOutPrompts'>;
};

/** The pairs of a training stage. SFT and the reward model train on original pairs alone. */
export async function trainingPairs(
  context: PairContext,
  dataset: DatasetSource,
  stage: StageSpec,
  load: LoadArtifact,
  { verdicts, voted }: StandingReviews,
): Promise<TrainingPairs> {
  const { recipe, data } = context;
  const takesOriginal = stage.kind !== 'train' || recipe.dpoMix !== 'synthetic';
  const original = takesOriginal ? data.trainPairs.map(poolOriginal) : [];
  const synthetic = stage.kind === 'train' ? await readSynthetic(context, stage, load) : [];
  const edit = await editor(context, dataset, original, synthetic, verdicts);
  const reviewed: ReviewedPair[] = [];
  const apply = (pool: readonly PoolPair[]): EncodedPair[] =>
    pool.flatMap((pair) => {
      const standing = verdicts.get(pairKeyText(pair.key));
      const change = standing && applyVerdict(pair, standing.verdict, (texts) => edit(pair, texts));
      if (change) reviewed.push(change);
      const used = change ? change.after : pair.dropped === null ? pair.pair : null;
      return used ? [used] : [];
    });
  const decided = { original: apply(original), synthetic: apply(synthetic.map(({ pool }) => pool)) };
  const added = stage.kind === 'sft' ? noVotes : applyVoted(context, voted, verdicts);
  reviewed.push(...added.changes);
  const pairs = { ...decided, voted: added.changes.flatMap(({ after }) => after ?? []) };
  const hash = reviewed.length === 0 ? null : await contentHash(canonicalJson(reviewed.map(reviewRecord)));
  const files: TrainingPairs['files'] =
    reviewed.length === 0 ? {} : { [reviewsFile]: jsonFile(reviewed.map(reviewRecord)) };
  return { ...pairs, reviewed, hash, notes: [...reviewNotes(reviewed), ...heldOutNotes(added.heldOut)], files };
}

const noVotes: ReturnType<typeof applyVoted> = { changes: [], heldOut: 0 };

const heldOutNotes = (count: number): string[] =>
  count === 0
    ? []
    : [`pairs from the playground left out, because their prompts are held out for evaluation: ${count}`];

interface ReadPair {
  pool: PoolPair;
  source: SyntheticPair;
}

const poolOriginal = (pair: EncodedPair): PoolPair => ({
  key: { round: originalRound, id: pair.id },
  pair,
  dropped: null,
});

async function readSynthetic({ recipe, endTokenId }: PairContext, stage: StageSpec, load: LoadArtifact) {
  const pairs: ReadPair[] = [];
  for (const id of Object.values(pairStages(recipe, stage.round))) {
    for (const source of readSyntheticPairs((await load(id)).files)) {
      const { round, dropped } = source;
      const pool = { key: { round, id: source.id }, pair: encodeSynthetic(source, endTokenId), dropped };
      pairs.push({ pool, source });
    }
  }
  return pairs;
}

/** Makes ids of edited texts. Original pairs are encoded like the dataset, synthetic ones behind their prompt's ids. */
async function editor(
  context: PairContext,
  dataset: DatasetSource,
  original: readonly PoolPair[],
  synthetic: readonly ReadPair[],
  verdicts: ReadonlyMap<string, StandingVerdict>,
): Promise<(pair: PoolPair, texts: PairTexts) => EncodedPair | DropReason> {
  const edited = new Set([...verdicts].filter(([, { verdict }]) => verdict.edited !== null).map(([key]) => key));
  const isEdited = ({ key }: PoolPair) => edited.has(pairKeyText(key));
  const sources = new Map(synthetic.filter(({ pool }) => isEdited(pool)).map(({ pool, source }) => [pool, source]));
  const items = await readOriginals(dataset, new Set(original.filter(isEdited).map(({ key }) => key.id)));
  return (pool, texts) => {
    const source = sources.get(pool);
    if (source) return encodeEditedSynthetic(context, source, texts);
    const item = items.get(pool.key.id);
    if (!item) throw new Error(`internal: the original pair ${pool.key.id} is not in the dataset`);
    return encodePair(context, { ...item, ...texts });
  };
}

async function readOriginals(dataset: DatasetSource, ids: ReadonlySet<string>): Promise<Map<string, PreferencePair>> {
  const found = new Map<string, PreferencePair>();
  if (ids.size === 0) return found;
  const positions = (await dataset.keys()).flatMap(({ id }, position) => (ids.has(id) ? [position] : []));
  await dataset.read(positions, (item) => {
    if ('chosen' in item) found.set(item.id, item);
  });
  return found;
}

/** A change as pair_reviews.json has it. */
function reviewRecord({ key, verdict, before, after, problem }: ReviewedPair) {
  const { decision, edited } = verdict;
  return {
    id: key.id,
    source: roundName(key),
    decision: decision ?? 'keep',
    ...(edited && { edited }),
    used_before: before !== null,
    used: after !== null,
    ...(problem !== null && { problem }),
  };
}
