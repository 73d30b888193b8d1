/** The stages on the left, the selected one's curves and figures on the right. */
import { Grid } from '@mantine/core';
import type { RunState, StageState } from '../../../protocol/studio';
import { useStudio } from '../../app/studio-context';
import { StageDetail } from './stage-detail';
import { StageList } from './stage-list';

/** The stage at work, else the one that failed, else the last that trained something, else the first. */
function followed(stages: readonly StageState[]): StageState | undefined {
  return (
    stages.find(({ status }) => status === 'running') ??
    stages.find(({ status }) => status === 'failed') ??
    stages.findLast(({ status, unit }) => status === 'done' && unit === 'steps') ??
    stages[0]
  );
}

export function ProgressView({ run }: { run: RunState }) {
  const chosenId = useStudio((state) => state.stageByRun[run.id]);
  const stage = run.stages.find(({ id }) => id === chosenId) ?? followed(run.stages);
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, md: 4, lg: 3.5 }}>
        <StageList run={run} shownId={stage?.id} following={chosenId === undefined} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 8, lg: 8.5 }}>{stage && <StageDetail runId={run.id} stage={stage} />}</Grid.Col>
    </Grid>
  );
}
