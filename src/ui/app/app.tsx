/** The page's root: theme, studio, shell. */
import { MantineProvider } from '@mantine/core';
import type { Studio } from '../../store/studio';
import { HEADLESS_FILES } from './automation';
import { Shell } from './shell';
import { StudioProvider } from './studio-context';
import { cssVariables, theme } from './theme';

export function App({ studio }: { studio: Studio }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <StudioProvider studio={studio}>
        <Shell />
        <input type="file" multiple hidden tabIndex={-1} aria-hidden data-testid={HEADLESS_FILES} />
      </StudioProvider>
    </MantineProvider>
  );
}
