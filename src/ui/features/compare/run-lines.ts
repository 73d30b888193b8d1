/** How compared runs are called and drawn: a colour and a dash each, so that they stay apart without colour. */
import { runColor } from '../../primitives/model-colors';

export interface RunLine {
  color: string;
  /** As SVG has it; empty for a whole line. */
  dash: string;
}

const dashes = ['', '6 3', '2 3', '10 3 2 3'];

/** @param place from 0, among the compared runs */
export const runLine = (place: number): RunLine => ({
  color: runColor(place),
  dash: dashes[place % dashes.length] ?? '',
});

/** Names of compared runs, all different: with their place behind those that several have, 'demo (1)' and 'demo (3)'. */
export function distinctNames(runs: readonly { name: string }[]): string[] {
  const names = runs.map(({ name }) => name);
  const isTwice = (name: string) => names.indexOf(name) !== names.lastIndexOf(name);
  const placed = names.map((name, i) => (isTwice(name) ? `${name} (${i + 1})` : name));
  return new Set(placed).size === placed.length ? placed : names.map((name, i) => `${i + 1}. ${name}`);
}
