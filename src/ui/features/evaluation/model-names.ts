/** Models of an evaluation as people read them, each with one colour in all charts. */

const colors = ['gray-6', 'blue-6', 'teal-6', 'orange-6', 'grape-6', 'pink-6', 'lime-7', 'cyan-7'];

/** @param models all models of the evaluation, in order */
export function modelColor(model: string, models: readonly string[]): string {
  const name = colors[Math.max(0, models.indexOf(model)) % colors.length] ?? 'gray-6';
  return `var(--mantine-color-${name})`;
}

const titles: Readonly<Record<string, string>> = { base: 'Base', sft: 'SFT' };

/** 'dpo_round2' -> 'DPO round 2' */
export function modelTitle(model: string): string {
  const [, round] = /^dpo_round(\d+)$/.exec(model) ?? [];
  return round === undefined ? (titles[model] ?? model) : `DPO round ${round}`;
}
