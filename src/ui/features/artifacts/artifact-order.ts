/** In which order, and in which groups, the stored artifacts are listed. Pure. */
import { artifactKinds, type ArtifactKind, type ArtifactRow } from './artifact-rows';

export const sortings = {
  stored: 'As stored',
  newest: 'Newest first',
  name: 'By name',
  size: 'Largest first',
} as const;
export type Sorting = keyof typeof sortings;

export const groupings = { none: 'No groups', kind: 'Group by kind', run: 'Group by run' } as const;
export type Grouping = keyof typeof groupings;

/** What is not known stands last. */
const orders: Readonly<Record<Exclude<Sorting, 'stored'>, (a: ArtifactRow, b: ArtifactRow) => number>> = {
  newest: (a, b) => (b.at ?? -Infinity) - (a.at ?? -Infinity) || 0,
  name: (a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }),
  size: (a, b) => (b.bytes ?? -1) - (a.bytes ?? -1),
};

/** Rows that are equal by it stay in their order. */
export function sortArtifacts(rows: readonly ArtifactRow[], by: Sorting): ArtifactRow[] {
  return by === 'stored' ? [...rows] : rows.toSorted(orders[by]);
}

export interface ArtifactGroup {
  key: string;
  /** null for rows in no group. */
  title: string | null;
  rows: ArtifactRow[];
}

const kinds = Object.keys(artifactKinds) as ArtifactKind[];

/** By run: what each run made, then what was imported. */
export function groupArtifacts(rows: readonly ArtifactRow[], by: Grouping): ArtifactGroup[] {
  if (by === 'none') return [{ key: 'all', title: null, rows: [...rows] }];
  const groups = new Map<string, ArtifactGroup>();
  const add = (key: string, title: string, row: ArtifactRow) => {
    const group = groups.get(key) ?? { key, title, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  };
  if (by === 'kind') {
    for (const kind of kinds) for (const row of rows) if (row.kind === kind) add(kind, artifactKinds[kind], row);
    return [...groups.values()];
  }
  const isMade = ({ deletable }: ArtifactRow) => deletable === null;
  for (const row of rows.filter(isMade)) add(row.runs[0]?.id ?? '', `Made by “${row.runs[0]?.name ?? ''}”`, row);
  for (const row of rows.filter((one) => !isMade(one))) add('imported', 'Imported', row);
  return [...groups.values()];
}
