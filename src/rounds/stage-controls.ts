/**
 * What a stage's code reports with, and how its work survives a crash: trainers hand in their state every few steps, the
 * other stages keep each finished piece of their result. Checkpoints themselves are in checkpoints.ts.
 */
import { z } from 'zod';
import { isTraining } from '../protocol/status';
import type { MetricPoint, StageSample } from '../protocol/run-state';
import type { CheckpointStore } from '../storage/checkpoint-store';
import { stageSampleSchema } from '../storage/records';
import type { StepReport, TrainingHooks, TrainingState } from '../training/hooks';
import { stepCount } from '../training/schedule';
import type { TrainingSettings } from '../training/settings';
import { canonicalJson } from './canonical-json';
import { openCheckpoints, type StageProgress } from './checkpoints';
import { cursorAfter, dataCursorSchema } from './data-cursor';
import type { RunGate } from './run-gate';
import type { StageProbe } from './stage-probe';
import type { StageReport } from './stage-report';
import type { StageSpec } from './stages';
import { sampleSteps, type TakeSample } from './watched-prompts';

export interface StageControls {
  gate(): Promise<void>;
  /** Says how many units there are; may be called again when more turn up. */
  begin(total: number): void;
  progress(done: number): void;
  note(text: string): void;
  /** The curve so far, with the points from before a resumed checkpoint. */
  points(): readonly MetricPoint[];
  /**
   * For a trainer over `examples` examples: begins, and gives hooks that report steps, wait, checkpoint and resume.
   * @param watch answers what the model in training says; asked now and then, and before the first step where `fromStart`
   */
  train(examples: number, settings: TrainingSettings, watch?: Watch): Promise<TrainingHooks>;
  /**
   * A piece of the stage's result under a name of its own: from the checkpoint when it was finished before, else from
   * `work`, and then kept. Goes through JSON both ways, so that a resumed stage works on the very same values.
   */
  once<T>(name: string, schema: z.ZodType<T>, work: () => Promise<T>): Promise<T>;
}

export interface Watch {
  take: TakeSample | null;
  fromStart: boolean;
}

export interface ControlParts {
  stage: StageSpec;
  key: string;
  report: StageReport;
  probe: StageProbe | null;
  hooks: {
    gate: RunGate;
    checkpoints: CheckpointStore;
    onStageStart(stage: StageSpec, done: number): Promise<void>;
  };
  /** Steps, or batches of responses. */
  checkpointEvery: number;
  /** @throws DeviceError when what was computed cannot be trusted */
  check(): Promise<void>;
}

/** Opens a stage at its newest checkpoint. */
export async function openControls({
  stage,
  key,
  report,
  probe,
  hooks,
  checkpointEvery,
  check,
}: ControlParts): Promise<StageControls> {
  const checkpoints = await openCheckpoints(hooks.checkpoints, stage.id, key);
  let kept = checkpoints.found ?? emptyProgress();
  let told = false;
  const trains = isTraining(stage);
  let batches = 0;
  const gate = async () => {
    await probe?.end();
    await hooks.gate.wait();
    // One batch of every stage is measured: the first one, in training the first of the second step.
    if (!trains && ++batches === 1) probe?.measureNext();
    probe?.begin();
  };
  const onStep = (step: StepReport) => {
    if (trains && ++batches === 1) probe?.measureNext();
    report.step(step);
  };

  const save = async (progress: StageProgress) => {
    kept = progress;
    // A checkpoint must not carry on what a failing GPU computed.
    await check();
    try {
      await checkpoints.save(progress);
    } catch (error) {
      if (!told) report.remark(unwrittenNote(error));
      told = true;
    }
  };
  const start = async (from: StageProgress) => {
    kept = from;
    await hooks.onStageStart(stage, from.done);
    report.start(from.points, from.done, samplesOf(from));
  };

  await start(kept);
  for (const note of checkpoints.notes) report.remark(note);
  return {
    gate,
    begin: (total) => report.begin(total),
    progress: (done) => report.progress(done),
    note: (text) => report.note(text),
    points: () => report.state.history,
    train: async (examples, settings, watch) => {
      const resumeFrom = trainingState(kept, examples, settings);
      if (!resumeFrom && kept.done > 0) {
        await start(emptyProgress());
        report.remark('the checkpoint of this stage stands at another place in the data; the stage began again');
      }
      const total = stepCount(examples, settings);
      report.begin(total);
      const sample = async (step: number) => {
        if (!watch?.take) return;
        // What is measured are batches of the training.
        await probe?.end();
        report.sample({ step, answers: await watch.take(() => hooks.gate.wait()) });
      };
      const due = new Set(sampleSteps(total));
      return {
        ...(watch?.fromStart && !resumeFrom && { beforeFirstStep: () => sample(0) }),
        afterStep: async (step) => {
          if (due.has(step)) await sample(step);
        },
        gate,
        onStep,
        ...(resumeFrom && { resumeFrom }),
        checkpointEvery,
        onCheckpoint: ({ step, parameters, firstMoment, secondMoment }) =>
          save({
            done: step,
            points: [...report.state.history],
            parts: {
              ...kept.parts,
              cursor: canonicalJson(cursorAfter(step, examples, settings)),
              samples: JSON.stringify(report.state.samples),
            },
            floats: { parameters, firstMoment, secondMoment },
          }),
      };
    },
    once: async (name, schema, work) => {
      const finished = kept.parts[name];
      const parsed = finished === undefined ? null : schema.safeParse(JSON.parse(finished));
      if (parsed?.success) return parsed.data;
      const text = JSON.stringify(await work());
      const parts = { ...kept.parts, [name]: text };
      await save({ done: report.state.done, points: [...report.state.history], parts, floats: kept.floats });
      return schema.parse(JSON.parse(text));
    },
  };
}

/** Kept with the checkpoint, so that those of steps that are done again come but once. */
function samplesOf({ parts }: StageProgress): StageSample[] {
  const parsed = z.array(stageSampleSchema).safeParse(JSON.parse(parts['samples'] ?? '[]'));
  return parsed.success ? parsed.data : [];
}

function emptyProgress(): StageProgress {
  return { done: 0, points: [], parts: {}, floats: {} };
}

/** The state to resume from; undefined when there is none, or it is not what this stage would have at that step. */
function trainingState(
  { done, parts, floats }: StageProgress,
  examples: number,
  settings: TrainingSettings,
): TrainingState | undefined {
  const { parameters, firstMoment, secondMoment } = floats;
  if (!parameters || !firstMoment || !secondMoment || parts['cursor'] === undefined) return undefined;
  const cursor = dataCursorSchema.safeParse(JSON.parse(parts['cursor']));
  const expected = canonicalJson(cursorAfter(done, examples, settings));
  return cursor.success && canonicalJson(cursor.data) === expected
    ? { step: done, parameters, firstMoment, secondMoment }
    : undefined;
}

function unwrittenNote(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `the run goes on, but a checkpoint could not be written, so a crash would lose more of this stage. ${reason}`;
}
