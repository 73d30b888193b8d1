/** The look: one accent colour, system fonts, figures of equal width where they are compared. */
import { Button, createTheme, Menu, Paper, Table, Tooltip, type CSSVariablesResolver } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'teal',
  // White text on it, and the accent on the page's grounds, are readable (WCAG AA).
  primaryShade: 9,
  defaultRadius: 'md',
  // A grid of 8 pixels, with 4 between what belongs together.
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Code", "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '650' },
  components: {
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    // Else axe finds an element of no role among the items, and a menu outside the page's landmarks. The first item then has the
    // focus, so none begins with one that is disabled: the menu would not hear Escape.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false, withinPortal: false } }),
    Paper: Paper.extend({ defaultProps: { withBorder: true, p: 'md' } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 'xs' } }),
    // A wide table can be scrolled by keys too; room for a scroll bar only where there is one: else it is an empty strip.
    TableScrollContainer: Table.ScrollContainer.extend({
      defaultProps: { scrollAreaProps: { viewportProps: { tabIndex: 0 }, offsetScrollbars: 'present' } },
    }),
    // Its own element is a <header>, which in a portal would be a second banner of the page.
    ModalHeader: { defaultProps: { component: 'div' } },
    Tooltip: Tooltip.extend({
      defaultProps: { multiline: true, maw: 320, events: { hover: true, focus: true, touch: true } },
    }),
  },
});

const tinted = ['teal', 'blue', 'orange', 'yellow', 'red', 'gray', 'grape'];

/** Calm grounds for badges, alerts and selected items: a tint over whatever lies below, instead of a full colour. */
const tints = (percent: number) =>
  Object.fromEntries(
    tinted.map((color) => [
      `--mantine-color-${color}-light`,
      `color-mix(in srgb, var(--mantine-color-${color}-6) ${percent}%, transparent)`,
    ]),
  );

/** The text on a tint: dark enough for a contrast of 4.5 to 1. */
const tintTexts = Object.fromEntries(
  tinted.map((color) => [
    `--mantine-color-${color}-light-color`,
    `color-mix(in srgb, var(--mantine-color-${color}-9) 70%, black)`,
  ]),
);

/** Secondary text has a contrast of at least 4.5 to 1 on the page's grounds. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...tints(12),
    ...tintTexts,
    '--mantine-color-anchor': 'color-mix(in srgb, var(--mantine-color-teal-9) 80%, black)',
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
  },
  dark: { ...tints(20), '--mantine-color-dimmed': 'var(--mantine-color-dark-1)' },
});
