/** What a round sampled and what scoring made of it, as figures for the Run page: read from the stages' results, which hold all of it. */
import { binCount, binEdges, histogram } from '../src/evaluation/statistics';
import { InputError } from '../src/protocol/errors';
import { dropReasons } from '../src/protocol/preference';
import type { Histogram, PairUse, RoundResponses, RoundScores } from '../src/protocol/pairs';
import { readResponses } from '../src/rounds/response-files';
import { stageId } from '../src/rounds/stages';
import { readSyntheticPairs } from '../src/rounds/synthetic-pairs';
import { databaseArtifacts } from '../src/storage/artifact-store';
import type { StudioDatabase } from '../src/storage/database';
import type { Artifact } from '../src/storage/records';
import { getRun } from '../src/storage/run-store';

/** Prompts that are shown with their responses. */
const EXAMPLES = 3;
const MOST_LENGTH_BINS = 30;

/** @throws InputError when there is no such run */
async function resultOf(
  database: StudioDatabase,
  runId: string,
  kind: 'generate' | 'score',
  round: number,
): Promise<Artifact | null> {
  const record = await getRun(database, runId);
  if (!record) throw new InputError('There is no such run; it may have been deleted in another window.');
  return databaseArtifacts(database).get(record.stages[stageId(kind, round)]?.key ?? '');
}

export async function roundResponses(
  database: StudioDatabase,
  runId: string,
  round: number,
): Promise<RoundResponses | null> {
  const artifact = await resultOf(database, runId, 'generate', round);
  if (!artifact) return null;
  const prompts = readResponses(artifact.files);
  const responses = prompts.flatMap((prompt) => prompt.responses);
  const lengths = responses.map(({ ids }) => ids.length);
  return {
    responses: responses.length,
    ended: responses.filter(({ ended }) => ended).length,
    lengths: lengthHistogram(lengths),
    examples: prompts.slice(0, EXAMPLES).map(({ text: prompt, responses: own }) => ({
      prompt,
      responses: own.map(({ text, ids, ended }) => ({ text, tokens: ids.length, ended })),
    })),
  };
}

const over = (values: readonly number[], edges: number[]): Histogram => ({ edges, counts: histogram(values, edges) });

/** Bins as wide as a whole number of tokens, from 0 on. */
function lengthHistogram(lengths: readonly number[]): Histogram {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const width = Math.ceil((longest + 1) / MOST_LENGTH_BINS);
  const bins = Math.ceil((longest + 1) / width);
  return over(
    lengths,
    Array.from({ length: bins + 1 }, (_, i) => i * width),
  );
}

export async function roundScores(database: StudioDatabase, runId: string, round: number): Promise<RoundScores | null> {
  const artifact = await resultOf(database, runId, 'score', round);
  if (!artifact) return null;
  const pairs = readSyntheticPairs(artifact.files);
  const [chosen, rejected] = [pairs.map((pair) => pair.chosen.score), pairs.map((pair) => pair.rejected.score)];
  const edges = binEdges([...chosen, ...rejected], binCount(pairs.length));
  const sigma = artifact.summary['reward_std'] ?? 0;
  const margins = pairs.map((pair) => (pair.chosen.score - pair.rejected.score) / sigma);
  const count = (use: PairUse) => pairs.filter(({ dropped }) => (dropped ?? 'kept') === use).length;
  const dropped = dropReasons.map((use) => ({ use, pairs: count(use) })).filter((reason) => reason.pairs > 0);
  return {
    rewards: { edges, chosen: histogram(chosen, edges), rejected: histogram(rejected, edges) },
    margins: sigma > 0 ? over(margins, binEdges(margins, binCount(pairs.length))) : null,
    uses: [{ use: 'kept' as const, pairs: count('kept') }, ...dropped.toSorted((a, b) => b.pairs - a.pairs)],
  };
}
