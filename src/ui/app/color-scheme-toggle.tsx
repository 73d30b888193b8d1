/** Light, dark, or as the system says. Mantine remembers the choice. */
import { ActionIcon, Tooltip, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { AutoIcon, MoonIcon, SunIcon } from '../primitives/icons';

const order: readonly MantineColorScheme[] = ['auto', 'light', 'dark'];
const looks = {
  auto: { icon: <AutoIcon />, label: 'Colours: as the system' },
  light: { icon: <SunIcon />, label: 'Colours: light' },
  dark: { icon: <MoonIcon />, label: 'Colours: dark' },
};

export function ColorSchemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { icon, label } = looks[colorScheme];
  const next = order[(order.indexOf(colorScheme) + 1) % order.length] ?? 'auto';
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size="lg" aria-label={`${label}. Change`} onClick={() => setColorScheme(next)}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
