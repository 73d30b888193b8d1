/** The places of the studio, and the latest runs. */
import { NavLink, ScrollArea, Stack, Text } from '@mantine/core';
import { BoxIcon, ChatIcon, ChipIcon, HelpIcon, ListIcon, PlayIcon, PlusIcon } from '../primitives/icons';
import { RunStatusDot } from '../primitives/run-status';
import type { View } from '../../store/selection';
import { hashOf } from './hash-location';
import { useStudio } from './studio-context';

const SHOWN = 12;

function Place({ view, label, icon }: { view: View; label: string; icon: React.ReactNode }) {
  const active = useStudio((state) => state.view.page === view.page);
  return (
    <NavLink href={hashOf(view)} label={label} leftSection={icon} active={active} aria-current={active && 'page'} />
  );
}

function LatestRuns() {
  const runs = useStudio((state) => state.runs);
  const openId = useStudio((state) => (state.view.page === 'run' ? state.view.runId : null));
  if (runs.length === 0) return null;
  return (
    <>
      <Text size="xs" c="dimmed" fw={600} px="sm" pt="md" pb={4}>
        Latest runs
      </Text>
      {runs.slice(0, SHOWN).map((run) => (
        <NavLink
          key={run.id}
          href={hashOf({ page: 'run', runId: run.id, tab: 'progress' })}
          label={run.name}
          leftSection={<RunStatusDot status={run.status} />}
          active={run.id === openId}
          aria-current={run.id === openId && 'page'}
          noWrap
        />
      ))}
    </>
  );
}

export function Navigation() {
  return (
    <ScrollArea>
      <Stack gap={2} component="nav" aria-label="Studio">
        <Place view={{ page: 'runs' }} label="Runs" icon={<ListIcon />} />
        <Place view={{ page: 'setup' }} label="New run" icon={<PlusIcon />} />
        <Place view={{ page: 'playground' }} label="Playground" icon={<ChatIcon />} />
        <Place view={{ page: 'artifacts' }} label="Artifacts" icon={<BoxIcon />} />
        <Place view={{ page: 'system' }} label="System" icon={<ChipIcon />} />
        <Place view={{ page: 'demo' }} label="Demo" icon={<PlayIcon />} />
        <Place view={{ page: 'guide' }} label="Guide" icon={<HelpIcon />} />
        <LatestRuns />
      </Stack>
    </ScrollArea>
  );
}
