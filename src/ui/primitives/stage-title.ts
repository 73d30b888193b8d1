/** Names of stages for people, which the worker's log of events uses too. */
export { stageKindTitles, stageTitle } from '../../protocol/stage-title';

/** As a title: 'round 2, DPO training' -> 'Round 2, DPO training'. */
export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
