/** Where the time of the latest run's batches went, by kernel. */
import { Select, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { RunState, StageState } from '../../../protocol/run-state';
import { stageTitle } from '../../primitives/stage-title';
import { KernelTable } from '../run/kernel-times';
import { Card } from './card';
import { reusedRemark } from './reused-stages';

const measuredStages = ({ stages }: RunState): StageState[] =>
  stages.filter(({ profile }) => profile !== null && profile.missing === null);

export function KernelTimesCard({ runs }: { runs: readonly RunState[] }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const run = runs.find((one) => measuredStages(one).length > 0);
  if (!run) return null;
  const stages = measuredStages(run);
  const stage = stages.find(({ id }) => id === chosen) ?? stages.find(({ kind }) => kind === 'train') ?? stages[0];
  return (
    <Card
      title="Kernel times"
      about={`Of one batch of each stage of the latest run that was measured, “${run.name}”.`}
      testId="system-kernels"
    >
      <Select
        size="xs"
        mb="xs"
        aria-label="Stage"
        data={stages.map(({ id }) => ({ value: id, label: stageTitle(id) }))}
        value={stage?.id ?? null}
        allowDeselect={false}
        onChange={setChosen}
      />
      {stage?.profile && (
        <Table.ScrollContainer minWidth={460}>
          <KernelTable key={stage.id} profile={stage.profile} />
        </Table.ScrollContainer>
      )}
      {reusedRemark(run) !== null && (
        <Text size="xs" c="dimmed" mt={4}>
          {reusedRemark(run)}
        </Text>
      )}
    </Card>
  );
}
