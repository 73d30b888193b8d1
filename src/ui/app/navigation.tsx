/** The places of the studio, and the latest runs. */
import { AppShell, NavLink, ScrollArea, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { BoxIcon, ChatIcon, ChipIcon, HelpIcon, ListIcon, PlayIcon, PlusIcon } from '../primitives/icons';
import { RunStatusDot } from '../primitives/run-status';
import { hashOf } from './hash-location';
import { InstallButton } from './install-button';
import { placeNames, type PlaceName } from './place-names';
import { useStudio } from './studio-context';

const SHOWN = 12;

const icons: Readonly<Record<PlaceName['page'], ReactNode>> = {
  runs: <ListIcon />,
  setup: <PlusIcon />,
  playground: <ChatIcon />,
  artifacts: <BoxIcon />,
  system: <ChipIcon />,
  demo: <PlayIcon />,
  guide: <HelpIcon />,
};

function Place({ page, title, letter }: PlaceName) {
  const active = useStudio((state) => state.view.page === page);
  return (
    <NavLink
      href={hashOf({ page })}
      label={title}
      leftSection={icons[page]}
      active={active}
      aria-current={active && 'page'}
      title={`Keys: g, then ${letter}`}
    />
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
    <>
      <AppShell.Section grow component={ScrollArea}>
        <Stack gap={2} component="nav" aria-label="Studio">
          {placeNames.map((place) => (
            <Place key={place.page} {...place} />
          ))}
          <LatestRuns />
        </Stack>
      </AppShell.Section>
      <AppShell.Section>
        <InstallButton />
      </AppShell.Section>
    </>
  );
}
