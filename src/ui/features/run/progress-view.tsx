/** The loop, and below it the selected stage's curves and figures. */
import { Stack } from '@mantine/core';
import { hasResult, isTraining } from '../../../protocol/status';
import type { RunState, StageState } from '../../../protocol/run-state';
import { useStudio } from '../../app/studio-context';
import { LoopView } from './loop-view';
import { StageDetail } from './stage-detail';
import { useAdvice } from './use-advice';
import { useRunTime } from './use-run-time';

/**
 * The stage at work, else the one that the run is held before, as it is what comes next, else the one that failed, else the last
 * whose training has a result, here or from elsewhere, else the first.
 */
export function followed({ stages, held }: Pick<RunState, 'stages' | 'held'>): StageState | undefined {
  return (
    stages.find(({ status }) => status === 'running') ??
    stages.find(({ id }) => id === held?.before) ??
    stages.find(({ status }) => status === 'failed') ??
    stages.findLast((stage) => hasResult(stage) && isTraining(stage)) ??
    stages[0]
  );
}

export function ProgressView({ run }: { run: RunState }) {
  const advice = useAdvice(run);
  const time = useRunTime(run);
  const chosenId = useStudio((state) => state.stageByRun[run.id]);
  const stage = run.stages.find(({ id }) => id === chosenId) ?? followed(run);
  return (
    <Stack gap="lg">
      <LoopView run={run} advice={advice} shownId={stage?.id} following={chosenId === undefined} time={time} />
      {stage && (
        <StageDetail
          run={run}
          stage={stage}
          advice={advice.get(stage.id) ?? []}
          expected={time.stages.get(stage.id) ?? null}
        />
      )}
    </Stack>
  );
}
