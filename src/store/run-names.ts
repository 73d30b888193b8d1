/** Names of runs that tell them apart. Pure. */

/** What the name counts on from: 'Quick demo 2' from 'Quick demo' where there is such a run, 'Llama 3' else from itself. */
function counted(name: string, taken: ReadonlySet<string>): [stem: string, number: number] {
  const [, stem, number] = /^(.*\S) (\d{1,4})$/.exec(name) ?? [];
  return stem !== undefined && taken.has(stem) ? [stem, Number(number)] : [name, 1];
}

/**
 * `name`, or where a run has it already the same with the next number that none has: 'Quick demo', 'Quick demo 2', ...
 * @param maxLength characters of the whole; a longer name is cut before its number
 */
export function freeName(name: string, names: Iterable<string>, maxLength = Infinity): string {
  const taken = new Set(names);
  const cut = name.slice(0, maxLength);
  if (!taken.has(cut)) return cut;
  const [stem, first] = counted(cut, taken);
  for (let number = first + 1; ; number++) {
    const suffix = ` ${number}`;
    const candidate = `${stem.slice(0, maxLength - suffix.length)}${suffix}`;
    if (!taken.has(candidate)) return candidate;
  }
}
