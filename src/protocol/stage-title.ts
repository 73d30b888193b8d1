/** Names of stages for people: 'round2.train' -> 'Round 2, DPO training'. */
import type { StageKind } from './run-state';

export const stageKindTitles: Readonly<Record<StageKind, string>> = {
  sft: 'Supervised fine-tuning',
  reward: 'Reward model',
  referee: 'Referee',
  generate: 'Generate responses',
  score: 'Score and pair',
  train: 'DPO training',
  evaluate: 'Evaluation',
};

const titles: Readonly<Record<string, string>> = stageKindTitles;

/** @param id a stage's id, as in the protocol */
export function stageTitle(id: string): string {
  const [, round, kind] = /^round(\d+)\.(\w+)$/.exec(id) ?? [];
  if (round !== undefined && kind !== undefined) return `Round ${round}, ${titles[kind] ?? kind}`;
  return titles[id] ?? id;
}
