/**
 * How long a run that has begun still takes: its stages' operations over the speed that this run has shown so far, and where it has
 * shown none, over what the adapter showed before, as much slower as this run has been. Pure.
 */
import type { Operations, RunCost, StageCost } from '../protocol/run-cost';
import { hasResult, isIncluded } from '../protocol/status';
import type { StageKind, StageState } from '../protocol/run-state';
import { speedOf, stageSeconds, type ComputeSpeed } from './time-estimate';

export interface RunTime {
  /** Seconds left of each stage by its id, 0 for one that is over; null where no speed is known. */
  stages: ReadonlyMap<string, number | null>;
  /** null when any stage's is. */
  total: number | null;
}

type TimedStage = Pick<StageState, 'id' | 'kind' | 'status' | 'seconds' | 'secondsLeft' | 'done' | 'total'>;

/** A stage that has worked, with the seconds that it takes in all. */
interface Measured {
  kind: StageKind;
  operations: Operations;
  seconds: number;
}

const hows = ['passes', 'generation'] as const;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const all = ({ passes, generation }: Operations): number => passes + generation;

/** Both train a reward model. */
const workOf = (kind: StageKind): StageKind => (kind === 'referee' ? 'reward' : kind);

/** Seconds that a stage takes in all, as far as its own progress tells; null before. */
function wholeSeconds({ status, seconds, secondsLeft }: TimedStage): number | null {
  if (status === 'done') return seconds > 0 ? seconds : null;
  return status === 'running' && secondsLeft !== null ? seconds + secondsLeft : null;
}

/** What the stages of the run that do one thing alone showed; where none did, what was known before, as much slower as they were. */
function speedOfRun(measured: readonly Measured[], before: ComputeSpeed): ComputeSpeed {
  const expected = measured.map((stage) => stageSeconds(stage, before));
  const compared = measured.filter((_, i) => expected[i] !== null);
  const reckoned = sum(expected.map((seconds) => seconds ?? 0));
  const slowness = reckoned > 0 ? sum(compared.map(({ seconds }) => seconds)) / reckoned : 1;
  const of = (how: keyof Operations): number | null => {
    const alone = measured.filter(({ operations }) => operations[how] > 0 && operations[how] === all(operations));
    if (alone.length > 0) return sum(alone.map(({ operations }) => operations[how])) / sum(alone.map((s) => s.seconds));
    const known = before[how];
    return known === null ? null : known / slowness;
  };
  return Object.fromEntries(hows.map((how) => [how, of(how)])) as ComputeSpeed;
}

/** Seconds of a whole stage: as stages of its kind took in this run, else by speed. */
function expectedSeconds(cost: StageCost, measured: readonly Measured[], speed: ComputeSpeed): number | null {
  const alike = measured.filter(({ kind }) => workOf(kind) === workOf(cost.kind));
  const operations = sum(alike.map((stage) => all(stage.operations)));
  if (operations > 0) return (sum(alike.map(({ seconds }) => seconds)) * all(cost.operations)) / operations;
  return stageSeconds(cost, speed);
}

function secondsLeft(stage: TimedStage, whole: number | null): number | null {
  if (hasResult(stage) || !isIncluded(stage)) return 0;
  if (stage.status === 'running')
    return stage.secondsLeft ?? (whole === null ? null : Math.max(0, whole - stage.seconds));
  // What its checkpoint keeps need not be done again.
  return whole === null ? null : whole * (stage.total > 0 ? 1 - stage.done / stage.total : 1);
}

/** @param cost of the run; null where it is not known, which leaves only what the stage at work says of itself */
export function runTimeLeft(stages: readonly TimedStage[], cost: Pick<RunCost, 'stages' | 'speed'> | null): RunTime {
  const costs = new Map(cost?.stages.map((stage) => [stage.id, stage]));
  const measured = stages.flatMap((stage): Measured[] => {
    const [own, seconds] = [costs.get(stage.id), wholeSeconds(stage)];
    return own && seconds !== null && all(own.operations) > 0
      ? [{ kind: stage.kind, operations: own.operations, seconds }]
      : [];
  });
  const speed = speedOfRun(measured, cost ? speedOf(cost.speed) : { passes: null, generation: null });
  const left = stages.map((stage) => {
    const own = costs.get(stage.id);
    return [stage.id, secondsLeft(stage, own ? expectedSeconds(own, measured, speed) : null)] as const;
  });
  const known = left.flatMap(([, seconds]) => (seconds === null ? [] : [seconds]));
  return { stages: new Map(left), total: known.length < left.length ? null : sum(known) };
}
