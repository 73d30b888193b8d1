/** What the run will take of the GPU's memory, stage by stage, before it starts; and what to change when it cannot fit. */
import { Alert, Skeleton, Stack, Table, Text } from '@mantine/core';
import type { MemoryPlan, PlannedStage } from '../../../protocol/studio';
import { useStudio } from '../../app/studio-context';
import { formatBytes } from '../../primitives/format';
import { MemoryBar, memoryEntries, MemoryLegend } from '../../primitives/memory-bar';
import { stageKindTitles } from '../../primitives/stage-title';
import { MemoryReferences } from './memory-references';

function keptText({ keptBlocks }: PlannedStage, blocks: number): string {
  if (keptBlocks === null) return '';
  if (keptBlocks === blocks) return `all ${blocks}`;
  return keptBlocks === 0 ? 'none' : `${keptBlocks} of ${blocks}`;
}

function StageLine({ stage, plan, scale }: { stage: PlannedStage; plan: MemoryPlan; scale: number }) {
  const title = stageKindTitles[stage.kind];
  const over = stage.bytes > plan.budgetBytes;
  return (
    <Table.Tr data-testid={`plan-${stage.kind}`} data-bytes={stage.bytes} data-kept={stage.keptBlocks ?? undefined}>
      <Table.Td pl={0}>{title}</Table.Td>
      <Table.Td w="38%">
        <MemoryBar bytes={stage.byCategory} of={scale} label={`Memory of ${title}`} />
      </Table.Td>
      <Table.Td ta="right" c={over ? 'red' : undefined} fw={over ? 600 : undefined} style={{ whiteSpace: 'nowrap' }}>
        {formatBytes(stage.bytes)}
      </Table.Td>
      <Table.Td ta="right" pr={0} style={{ whiteSpace: 'nowrap' }}>
        {keptText(stage, plan.blocks)}
      </Table.Td>
    </Table.Tr>
  );
}

function PlanTable({ plan }: { plan: MemoryPlan }) {
  const scale = Math.max(plan.budgetBytes, ...plan.stages.map(({ bytes }) => bytes));
  const categories = [
    ...new Set(plan.stages.flatMap(({ byCategory }) => memoryEntries(byCategory).map(([name]) => name))),
  ];
  return (
    <Stack gap="xs">
      <Table fz="sm" verticalSpacing={5} className="figures" data-testid="memory-plan">
        <Table.Thead>
          <Table.Tr>
            <Table.Th pl={0}>Stage</Table.Th>
            <Table.Th>Of {formatBytes(scale)}</Table.Th>
            <Table.Th ta="right">At most</Table.Th>
            <Table.Th ta="right" pr={0}>
              Blocks kept
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {plan.stages.map((stage) => (
            <StageLine key={stage.kind} stage={stage} plan={plan} scale={scale} />
          ))}
        </Table.Tbody>
      </Table>
      <MemoryLegend categories={categories} />
      <MemoryReferences plan={plan} />
      <Text size="xs" c="dimmed">
        For sequences of the maximal length, so a run usually takes less. A block that does not keep its activations is
        computed again on the way back: slower, with the same result.
      </Text>
    </Stack>
  );
}

function Content() {
  const known = useStudio((state) => state.memoryPlan);
  const engine = useStudio((state) => state.draft.engine);
  const chosen = useStudio((state) => state.modelId !== null);
  const wrong = useStudio((state) => state.parsed.recipe === null);
  const remark = (text: string) => (
    <Text size="sm" c="dimmed">
      {text}
    </Text>
  );
  if (engine === 'definition') return remark('The definition engine has no plan: it takes what tfjs needs.');
  if (!chosen) return remark('Choose a model to see what the run will take of the GPU’s memory.');
  if (wrong) return remark('The recipe has to be right first.');
  if (!known) return <Skeleton h={170} aria-label="The plan is being computed" />;
  if (known.problem !== null) return remark(known.problem);
  return known.plan && <PlanTable plan={known.plan} />;
}

export function MemoryPlanView() {
  const refusal = useStudio((state) => state.memoryPlan?.plan?.refusal ?? null);
  return (
    <section aria-label="Memory plan">
      <Text size="sm" fw={600} mb={6}>
        Memory plan
      </Text>
      {refusal !== null && (
        <Alert color="red" title="This run does not fit" role="alert" mb="sm" data-testid="memory-refusal">
          {refusal}
        </Alert>
      )}
      <Content />
    </section>
  );
}
