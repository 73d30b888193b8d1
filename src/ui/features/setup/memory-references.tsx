/**
 * The largest stage of a memory plan against two limits in words: the recipe's budget and a T4. WebGPU does not tell how much
 * memory an adapter has, only its largest buffer, which stands below as a fact.
 */
import { Stack, Text } from '@mantine/core';
import { largestStage, memoryFit, t4Bytes } from '../../../store/memory-fit';
import type { MemoryPlan } from '../../../protocol/memory-plan';
import { useStudio } from '../../app/studio-context';
import { formatBytes } from '../../primitives/format';
import { stageKindTitles } from '../../primitives/stage-title';

function Reference({ name, limit, plan, testId }: { name: string; limit: number; plan: MemoryPlan; testId: string }) {
  const { share, over } = memoryFit(plan, limit);
  const titles = over.map(({ kind, bytes }) => `${stageKindTitles[kind]} (${formatBytes(bytes)})`);
  const used = share < 0.01 ? 'less than 1%' : `${Math.round(100 * share)}%`;
  return (
    <div data-testid={testId} data-fits={over.length === 0}>
      <Text size="sm" className="figures">
        {name}, {formatBytes(limit)}:{' '}
        {over.length === 0 ? `fits, takes ${used} at most.` : `does not fit: ${titles.join(', ')}.`}
      </Text>
    </div>
  );
}

export function MemoryReferences({ plan }: { plan: MemoryPlan }) {
  const adapter = useStudio((state) => state.adapter);
  const largest = largestStage(plan);
  if (!largest) return null;
  return (
    <Stack gap="xs" data-testid="memory-references">
      <Text size="sm" className="figures">
        The most is taken by {stageKindTitles[largest.kind]}: {formatBytes(largest.bytes)}.
      </Text>
      <Reference name="The recipe’s budget" limit={plan.budgetBytes} plan={plan} testId="fits-budget" />
      <Reference name="A T4" limit={t4Bytes} plan={plan} testId="fits-t4" />
      {adapter && (
        <Text size="xs" c="dimmed">
          This GPU allows buffers of up to {formatBytes(adapter.maxBufferSize)}; a page is not told how much memory it
          has.
        </Text>
      )}
    </Stack>
  );
}
