/** Models of an evaluation as people read them. Their colours are in primitives/model-colors.ts. */

const titles: Readonly<Record<string, string>> = { base: 'Base', sft: 'SFT' };

/** 'dpo_round2' -> 'DPO round 2' */
export function modelTitle(model: string): string {
  const [, round] = /^dpo_round(\d+)$/.exec(model) ?? [];
  return round === undefined ? (titles[model] ?? model) : `DPO round ${round}`;
}
