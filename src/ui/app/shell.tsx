/** The frame: title and adapter above, places on the left, the place itself in the middle. */
import { AppShell, Burger, Container, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { AdapterBadge } from '../features/device/adapter-badge';
import { ConnectionBanner } from '../features/device/connection-banner';
import { ColorSchemeToggle } from './color-scheme-toggle';
import { InterruptedBanner } from './interrupted-banner';
import { MAIN_ID, PlaceKeys, SkipButton } from './keyboard';
import { Navigation } from './navigation';
import { Notices } from './notices';
import { Place } from './places';

function Header({ opened, toggle }: { opened: boolean; toggle: () => void }) {
  return (
    <Group h="100%" px="md" justify="space-between" wrap="nowrap">
      <SkipButton />
      <Group gap="sm" wrap="nowrap">
        <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
        <img src="./icon.svg" alt="" width={26} height={26} />
        <Text fw={700} size="lg" visibleFrom="xs">
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
      <AppShell.Main id={MAIN_ID} tabIndex={-1}>
        <Container size="xl" px={0}>
          <ConnectionBanner />
          <InterruptedBanner />
          <Place />
        </Container>
      </AppShell.Main>
      <PlaceKeys />
      <Notices />
    </AppShell>
  );
}
