/** The places that are always there: their titles, and the letter that leads there after g. */
import type { plainPages } from '../../store/selection';

export interface PlaceName {
  page: (typeof plainPages)[number];
  title: string;
  letter: string;
}

/** In the order of the navigation. */
export const placeNames: readonly PlaceName[] = [
  { page: 'runs', title: 'Runs', letter: 'r' },
  { page: 'setup', title: 'New run', letter: 'n' },
  { page: 'playground', title: 'Playground', letter: 'p' },
  { page: 'artifacts', title: 'Artifacts', letter: 'a' },
  { page: 'system', title: 'System', letter: 's' },
  { page: 'demo', title: 'Demo', letter: 'd' },
  { page: 'guide', title: 'Guide', letter: 'h' },
];
