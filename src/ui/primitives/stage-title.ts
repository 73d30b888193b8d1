/** Names of stages for people, which the worker's log of events uses too. */
export { stageKindTitles, stageTitle } from '../../protocol/stage-title';
