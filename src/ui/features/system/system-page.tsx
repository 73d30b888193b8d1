/** The machine under the studio: adapter, limits, self-test, tiles, memory, speed, and what happened. */
import { Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { useCommands, useStudio } from '../../app/studio-context';
import { useCopy } from '../../primitives/use-copy';
import { NoGpu } from '../device/no-gpu';
import { AdapterCard } from './adapter-card';
import { EventsCard } from './events-card';
import { KernelTimesCard } from './kernel-times-card';
import { MemoryCard } from './memory-card';
import { MemoryTimelineChart } from './memory-timeline-chart';
import { SelfTestCard } from './self-test-card';
import { SpeedCard } from './speed-card';
import { reportText } from './report-text';
import { TilesCard } from './tiles-card';
import { timedRun } from './timed-run';
import { useStageSpeeds } from './use-stage-speeds';
import { useSystem } from './use-system';

export function SystemPage() {
  const adapter = useStudio((state) => state.adapter);
  const deviceError = useStudio((state) => state.deviceError);
  const runs = useStudio((state) => state.runs);
  const workerKind = useStudio((state) => state.workerKind);
  const [system, askSystem] = useSystem();
  const { copied, copy } = useCopy();
  const cache = useStudio((state) => state.cache);
  const commands = useCommands();
  useEffect(() => void commands.refreshCache().catch(() => {}), [commands]);
  const timed = timedRun(runs);
  const speeds = useStageSpeeds(timed);
  const tested = runs.find(({ engine }) => engine?.selfTest) ?? null;
  const text = () =>
    reportText({
      adapter,
      deviceError,
      workerKind,
      system,
      engine: tested?.engine ?? null,
      stages: timed?.stages ?? [],
      speeds,
      storage: cache,
      agent: navigator.userAgent,
    });
  return (
    <Stack data-testid="system-page">
      <Group justify="space-between">
        <div>
          <Title order={1} size="h2">
            System
          </Title>
          <Text c="dimmed" size="sm">
            What computes, how well it was tested, and what happened. Nothing of it leaves this page unless you copy it.
          </Text>
        </div>
        <Button variant="default" onClick={() => copy(text(), 'whetstone-report.txt')} data-testid="copy-report">
          {copied ? 'Copied' : 'Copy report'}
        </Button>
      </Group>
      {deviceError && <NoGpu error={deviceError} />}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Stack>
          {adapter && <AdapterCard adapter={adapter} workerKind={workerKind} versions={system.versions} />}
          <SelfTestCard run={tested} again={system.selfTestAgain} onTested={askSystem} />
          <TilesCard tiles={system.tiles} />
        </Stack>
        <Stack>
          <SpeedCard run={timed} speeds={speeds} ceilings={system} onMeasured={askSystem} />
          <MemoryCard runs={runs} />
          <KernelTimesCard runs={runs} />
        </Stack>
      </SimpleGrid>
      <MemoryTimelineChart
        timeline={system.memory}
        runName={runs.find(({ id }) => id === system.memory?.runId)?.name}
      />
      <EventsCard events={system.events} />
    </Stack>
  );
}
