/** A memory plan stage by stage as bars over reference lines; a row opens its bytes by category. */
import { Box, Group, Stack, Table, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useId } from 'react';
import type { MemoryPlan, PlannedStage } from '../../../protocol/memory-plan';
import { useStudio } from '../../app/studio-context';
import { formatBytes, formatPercent } from '../../primitives/format';
import { ChevronIcon } from '../../primitives/icons';
import { MemoryBar, MemoryCategory, memoryEntries, MemoryLegend } from '../../primitives/memory-bar';
import { stageKindTitles } from '../../primitives/stage-title';
import { MemoryReferences } from './memory-references';
import { memoryLimits, planScale, type MemoryLimit, type PlanScale } from './plan-scale';

const COLUMNS = 4;
const LABEL_HEIGHT = 17;
const nowrap = { whiteSpace: 'nowrap' } as const;
const lineColor = 'var(--mantine-color-dimmed)';

/** 'T4, 15 GB' */
const limitText = ({ name, bytes }: MemoryLimit) => `${name}, ${formatBytes(bytes).replace('.0 ', ' ')}`;
const percent = ({ bytes }: MemoryLimit, { of }: PlanScale) => (100 * bytes) / of;

/** The lines of the limits over the whole height of what they stand in. */
function Lines({ scale, from = 0 }: { scale: PlanScale; from?: number }) {
  return scale.within.map((limit, i) => (
    <span
      key={limit.id}
      aria-hidden
      style={{
        position: 'absolute',
        left: `${percent(limit, scale)}%`,
        top: from * (i + 1),
        bottom: 0,
        borderLeft: `1px dashed ${lineColor}`,
      }}
    />
  ));
}

/** A label a line, each at its limit: on the side of its line where there is more room. */
function Labels({ scale }: { scale: PlanScale }) {
  if (scale.within.length === 0) return null;
  return (
    <Box pos="relative" h={LABEL_HEIGHT * scale.within.length + 6}>
      {scale.within.map((limit, i) => {
        const at = percent(limit, scale);
        return (
          <Text
            key={limit.id}
            size="xs"
            fw={400}
            c="dimmed"
            data-testid={`limit-${limit.id}`}
            style={{
              ...nowrap,
              position: 'absolute',
              top: LABEL_HEIGHT * i,
              ...(at > 50 ? { right: `${100 - at}%`, paddingRight: 4 } : { left: `${at}%`, paddingLeft: 4 }),
            }}
          >
            {limitText(limit)}
          </Text>
        );
      })}
      <Lines scale={scale} from={LABEL_HEIGHT / 2} />
    </Box>
  );
}

/** On how many blocks keep their activations. */
function keptText({ keptBlocks }: PlannedStage, blocks: number): string {
  if (keptBlocks === null) return '';
  if (keptBlocks === blocks) return `all ${blocks}`;
  return keptBlocks === 0 ? 'none' : `${keptBlocks} of ${blocks}`;
}

export function Categories({ stage, blocks }: { stage: PlannedStage; blocks: number }) {
  return (
    <Table fz="xs" verticalSpacing={2} withRowBorders={false} aria-label={`Memory of ${stageKindTitles[stage.kind]}`}>
      <Table.Tbody>
        {memoryEntries(stage.byCategory).map(([category, bytes]) => (
          <Table.Tr key={category}>
            <Table.Th scope="row" fw={400} style={nowrap}>
              <MemoryCategory category={category} />
            </Table.Th>
            <Table.Td ta="right" w="100%" style={nowrap}>
              {formatBytes(bytes)}
            </Table.Td>
            <Table.Td ta="right" style={nowrap} c="dimmed" pr={0}>
              {formatPercent(bytes / stage.bytes)}
            </Table.Td>
          </Table.Tr>
        ))}
        {stage.keptBlocks !== null && (
          <Table.Tr>
            <Table.Th scope="row" fw={400}>
              Blocks that keep their activations
            </Table.Th>
            <Table.Td ta="right" style={nowrap}>
              {keptText(stage, blocks)}
            </Table.Td>
            <Table.Td />
          </Table.Tr>
        )}
      </Table.Tbody>
    </Table>
  );
}

function StageRows({ stage, plan, scale }: { stage: PlannedStage; plan: MemoryPlan; scale: PlanScale }) {
  const [opened, { toggle }] = useDisclosure(false);
  const details = useId();
  const title = stageKindTitles[stage.kind];
  const over = stage.bytes > plan.budgetBytes;
  return (
    <>
      <Table.Tr data-testid={`plan-${stage.kind}`} data-bytes={stage.bytes} data-kept={stage.keptBlocks ?? undefined}>
        <Table.Td pl={0}>
          <UnstyledButton
            fz="inherit"
            onClick={toggle}
            aria-expanded={opened}
            aria-controls={details}
            aria-label={`${title}: memory by category`}
            data-testid={`plan-${stage.kind}-open`}
          >
            <Group gap={4} wrap="nowrap">
              <span style={{ display: 'inline-flex', transform: opened ? 'rotate(90deg)' : undefined }}>
                <ChevronIcon size={14} />
              </span>
              {title}
            </Group>
          </UnstyledButton>
        </Table.Td>
        <Table.Td w="38%" pos="relative" px={0}>
          <Lines scale={scale} />
          <MemoryBar bytes={stage.byCategory} of={scale.of} label={`Memory of ${title}`} />
        </Table.Td>
        <Table.Td ta="right" c={over ? 'red' : undefined} fw={over ? 600 : undefined} style={nowrap}>
          {formatBytes(stage.bytes)}
        </Table.Td>
        <Table.Td ta="right" pr={0} style={nowrap} visibleFrom="xs">
          {keptText(stage, plan.blocks)}
        </Table.Td>
      </Table.Tr>
      {opened && (
        <Table.Tr id={details} data-testid={`plan-${stage.kind}-categories`}>
          <Table.Td colSpan={COLUMNS} pl="sm" pr={0} pt={0}>
            <Categories stage={stage} blocks={plan.blocks} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

export function MemoryPlanTable({ plan }: { plan: MemoryPlan }) {
  const adapter = useStudio((state) => state.adapter);
  const scale = planScale(plan, memoryLimits(plan, adapter));
  const categories = [
    ...new Set(plan.stages.flatMap(({ byCategory }) => memoryEntries(byCategory).map(([name]) => name))),
  ];
  return (
    <Stack gap="xs">
      <Table fz="sm" verticalSpacing={5} className="figures" data-testid="memory-plan">
        <Table.Thead>
          <Table.Tr style={{ verticalAlign: 'bottom' }}>
            <Table.Th pl={0}>Stage</Table.Th>
            <Table.Th px={0} pb={scale.within.length > 0 ? 0 : undefined}>
              Of {formatBytes(scale.of)}
              <Labels scale={scale} />
            </Table.Th>
            <Table.Th ta="right">At most</Table.Th>
            <Table.Th ta="right" pr={0} visibleFrom="xs">
              Blocks kept
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {plan.stages.map((stage) => (
            <StageRows key={stage.kind} stage={stage} plan={plan} scale={scale} />
          ))}
        </Table.Tbody>
      </Table>
      <MemoryLegend categories={categories} />
      {scale.beyond.length > 0 && (
        <Text size="xs" c="dimmed" className="figures" data-testid="limits-beyond">
          Far beyond the bars: {scale.beyond.map(limitText).join(' · ')}.
        </Text>
      )}
      <MemoryReferences plan={plan} />
      <Text size="xs" c="dimmed">
        For sequences of the maximal length, so a run usually takes less. A block that does not keep its activations is
        computed again on the way back: slower, with the same result.
      </Text>
    </Stack>
  );
}
