/** What the run will take, before it starts: of memory and of time. Follows every change of the recipe. */
import { Divider, Paper, Stack } from '@mantine/core';
import { MemoryPlanView } from './memory-plan-view';
import { TimeEstimateView } from './time-estimate-view';

export function RunPlan() {
  return (
    <Paper p="sm">
      <Stack gap="sm">
        <MemoryPlanView />
        <Divider />
        <TimeEstimateView />
      </Stack>
    </Paper>
  );
}
