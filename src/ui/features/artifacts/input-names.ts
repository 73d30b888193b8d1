/** What a result was made from, in words. Pure. */
import type { ProvenanceInput } from '../../../protocol/provenance';
import { stageTitle } from '../../primitives/stage-title';

/** By what an input is to the stage; what each round has ('pairs1', 'policy1') is named apart. */
const roles: Readonly<Record<string, string>> = {
  model: 'Base model',
  dataset: 'Dataset',
  importedAdapter: 'Imported adapter',
  reviews: 'Decisions about pairs',
  start: 'Starts from',
  reference: 'Reference model',
  sft: 'SFT model',
  policy: 'Policy',
  reward: 'Reward model',
  referee: 'Referee',
  responses: 'Responses',
  earlier: 'Earlier evaluation',
};

export interface NamedItem {
  id: string;
  name: string;
}

/** 'Base model', 'Synthetic pairs of round 2'; an unknown role as it is. */
export function inputRole(role: string): string {
  const [, kind, round] = /^(pairs|policy)(\d+)$/.exec(role) ?? [];
  if (round === undefined) return roles[role] ?? role;
  return kind === 'pairs' ? `Synthetic pairs of round ${round}` : `Model of round ${round}`;
}

/** The stage that made it, or the item of the library by its name; null for what has no name or is no longer stored. */
export function inputName({ stage, contentHash }: ProvenanceInput, items: readonly NamedItem[]): string | null {
  if (stage !== null) return stageTitle(stage);
  return items.find(({ id }) => id === contentHash)?.name ?? null;
}
