/** Which rows of a list are chosen, by their places, and how keys and clicks change that. Pure. */

export interface RowChoice {
  chosen: ReadonlySet<number>;
  /** The range that further steps make longer or shorter: where it began, and what was chosen before it. null for none. */
  range: { anchor: number; before: ReadonlySet<number> } | null;
}

export const noChoice: RowChoice = { chosen: new Set(), range: null };

/** With a row more, or less. */
export function toggled({ chosen }: RowChoice, place: number): RowChoice {
  const next = new Set(chosen);
  if (!next.delete(place)) next.add(place);
  return { chosen: next, range: null };
}

/** With all rows from the one where the range began, else from `from`, up to `to`. */
export function extended({ chosen, range }: RowChoice, from: number, to: number): RowChoice {
  const { anchor, before } = range ?? { anchor: from, before: chosen };
  const next = new Set(before);
  for (let place = Math.min(anchor, to); place <= Math.max(anchor, to); place++) next.add(place);
  return { chosen: next, range: { anchor, before } };
}

/** The same rows; the next range begins anew. */
export const settled = (choice: RowChoice): RowChoice => (choice.range ? { ...choice, range: null } : choice);
