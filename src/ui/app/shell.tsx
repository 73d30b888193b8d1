/** The frame: title and adapter above, places on the left, the place itself in the middle. */
import { AppShell, Burger, Center, Container, Group, Loader, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ArtifactsPage } from '../features/artifacts/artifacts-page';
import { DemoPage } from '../features/demo/demo-page';
import { AdapterBadge } from '../features/device/adapter-badge';
import { ConnectionBanner } from '../features/device/connection-banner';
import { PlaygroundPage } from '../features/playground/playground-page';
import { RunPage } from '../features/run/run-page';
import { RunsPage } from '../features/runs/runs-page';
import { SetupPage } from '../features/setup/setup-page';
import { SystemPage } from '../features/system/system-page';
import { ColorSchemeToggle } from './color-scheme-toggle';
import { Navigation } from './navigation';
import { Notices } from './notices';
import { useStudio } from './studio-context';

function Place() {
  const view = useStudio((state) => state.view);
  switch (view.page) {
    case 'start':
      return (
        <Center mih={240}>
          <Loader aria-label="The studio is starting" />
        </Center>
      );
    case 'demo':
      return <DemoPage />;
    case 'setup':
      return <SetupPage />;
    case 'runs':
      return <RunsPage />;
    case 'playground':
      return <PlaygroundPage />;
    case 'artifacts':
      return <ArtifactsPage />;
    case 'system':
      return <SystemPage />;
    case 'run':
      return <RunPage key={view.runId} runId={view.runId} tab={view.tab} />;
  }
}

function Header({ opened, toggle }: { opened: boolean; toggle: () => void }) {
  return (
    <Group h="100%" px="md" justify="space-between" wrap="nowrap">
      <Group gap="sm" wrap="nowrap">
        <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
        <img src="./icon.svg" alt="" width={26} height={26} />
        <Text fw={700} size="lg">
          Whetstone
        </Text>
        <Text c="dimmed" size="sm" visibleFrom="lg">
          aligns language models in your browser
        </Text>
      </Group>
      <Group gap="xs" wrap="nowrap">
        <AdapterBadge />
        <ColorSchemeToggle />
      </Group>
    </Group>
  );
}

export function Shell() {
  const [opened, { toggle, close }] = useDisclosure(false);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="lg"
    >
      <AppShell.Header>
        <Header opened={opened} toggle={toggle} />
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Places" onClick={close}>
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main>
        <Container size="xl" px={0}>
          <ConnectionBanner />
          <Place />
        </Container>
      </AppShell.Main>
      <Notices />
    </AppShell>
  );
}
