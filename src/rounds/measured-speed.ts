/**
 * How many operations a second this adapter has shown: in finished stages of earlier runs with the same model and engine, else in
 * the matmuls that were measured when a run chose its kernels. Nothing is assumed where nothing was measured.
 */
import type { ModelConfig } from '../model/config';
import { median } from '../protocol/median';
import { isTraining } from '../protocol/status';
import type { Recipe } from '../protocol/recipe';
import type { MeanTokens, Rate, Speed } from '../protocol/run-cost';
import type { AdapterSummary } from '../protocol/adapter';
import type { RunState, StageState } from '../protocol/run-state';
import type { StageSpeed } from '../protocol/system';
import type { RunRecord, StoredTiles } from '../storage/records';
import {
  costWork,
  operationsPerToken,
  samplingOperations,
  scoringOperations,
  type CostWork,
  type TrainingKind,
} from './cost-work';

export interface SpeedSubject {
  adapter: AdapterSummary;
  modelId: string;
  engine: Recipe['engine'];
  config: ModelConfig;
  /** Stand for those of the earlier runs too. */
  lengths: MeanTokens;
}

/**
 * What a whole pass or decoding step reaches of the matmuls' own speed: their part of its time. docs/PERFORMANCE.md counts for
 * TinyLlama on a T4 that 87% of a DPO pass goes into dispatches that arithmetic bounds, and 67% of a decoding step into those
 * that read weights; the rest are small kernels and the start of each.
 */
export const matmulShare = { passes: 0.87, generation: 0.67 };

/** Each costs a memory plan to look at, and older ones may be of an earlier, slower engine. */
const latestRuns = 8;

/** @param records every run there is, whatever its model and adapter */
export function measuredSpeed(records: readonly RunRecord[], subject: SpeedSubject): Speed {
  const here = records
    .filter(({ device }) => device !== null && isSameAdapter(device, subject.adapter))
    .toSorted((a, b) => b.state.createdAt - a.state.createdAt);
  const { modelId, engine } = subject;
  const alike = here
    .filter(({ state }) => state.modelId === modelId && state.recipe.engine === engine)
    .slice(0, latestRuns);
  const stages = alike.flatMap(({ state }) => {
    const work = costWork(subject.config, state.recipe, subject.lengths);
    return state.stages.map((stage) => ({ stage, work }));
  });
  const tiles =
    engine === 'fused' ? here.find(({ tiles: own }) => own && Object.keys(own.entries).length > 0)?.tiles : null;
  const rate = (ran: (number | null)[], rows: 'many' | 'few', share: number): Rate | null => {
    const shown = median(ran.filter((value) => value !== null));
    if (shown !== undefined) return { flopsPerSecond: shown, from: 'runs' };
    const matmuls = tiles ? meanSpeed(tiles, rows) : null;
    return matmuls === null ? null : { flopsPerSecond: share * matmuls, from: 'matmuls' };
  };
  return {
    passes: rate(stages.map(trainingSpeed), 'many', matmulShare.passes),
    generation: rate(stages.map(generationSpeed), 'few', matmulShare.generation),
  };
}

function isSameAdapter(a: AdapterSummary, b: AdapterSummary): boolean {
  return a.vendor === b.vendor && a.architecture === b.architecture && a.description === b.description;
}

interface RanStage {
  stage: StageState;
  work: CostWork;
}

/** Of a stage's own figures. */
const trainedTokens = (stage: StageState): number | undefined =>
  median(stage.history.flatMap(({ values }) => values['tokens_per_second'] ?? []));

/** From the median of the stage's own figures. */
function trainingSpeed({ stage, work }: RanStage): number | null {
  if (!isTraining(stage)) return null;
  const tokens = trainedTokens(stage);
  return tokens === undefined ? null : tokens * operationsPerToken(work, stage.kind as TrainingKind);
}

/**
 * How fast the stages of a run were that trained, sampled or scored; those whose result was taken from an earlier run are left out.
 * @param lengths of the run's data
 */
export function stageSpeeds(
  { stages, recipe }: Pick<RunState, 'stages' | 'recipe'>,
  config: ModelConfig,
  lengths: MeanTokens,
): StageSpeed[] {
  const work = costWork(config, recipe, lengths);
  const sampled = (round: number) => stages.find((stage) => stage.kind === 'generate' && stage.round === round);
  return stages.flatMap((stage): StageSpeed[] => {
    const { id, kind, status, seconds, round } = stage;
    if (status === 'skipped') return [];
    const ran = { stage, work };
    if (isTraining(stage)) {
      const [tokens, flopsPerSecond] = [trainedTokens(stage), trainingSpeed(ran)];
      if (tokens === undefined || flopsPerSecond === null) return [];
      return [{ stage: id, perSecond: tokens, unit: 'tokens', flopsPerSecond }];
    }
    const { prompts, responses, mean_length: length } = sampled(round)?.summary ?? {};
    if (status !== 'done' || seconds <= 0 || !prompts || !responses || !length) return [];
    if (kind === 'generate') {
      const flopsPerSecond = generationSpeed(ran) ?? 0;
      return [{ stage: id, perSecond: (responses * length) / seconds, unit: 'tokens', flopsPerSecond }];
    }
    if (kind !== 'score') return [];
    const operations = scoringOperations(work, prompts, responses / prompts, length);
    return [{ stage: id, perSecond: responses / seconds, unit: 'responses', flopsPerSecond: operations / seconds }];
  });
}

/** From what the stage sampled in its time. */
function generationSpeed({ stage, work }: RanStage): number | null {
  const { kind, status, seconds, summary } = stage;
  const { prompts, responses, mean_length: length } = summary;
  if (kind !== 'generate' || status !== 'done' || seconds <= 0 || !prompts || !responses || !length) return null;
  return (prompts * samplingOperations(work, responses / prompts, length)) / seconds;
}

/** Harmonic, as times add up. Entries' keys end with the class of rows: "nt.packed.many" (src/kernels/matmul/choice.ts). */
function meanSpeed({ entries }: StoredTiles, rows: 'many' | 'few'): number | null {
  const speeds = Object.entries(entries).flatMap(([key, { flopsPerSecond }]) =>
    key.endsWith(`.${rows}`) ? [flopsPerSecond] : [],
  );
  return speeds.length === 0 ? null : speeds.length / speeds.reduce((sum, speed) => sum + 1 / speed, 0);
}
