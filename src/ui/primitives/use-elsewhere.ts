/** Whether the worker of another window goes on with a run, so that this page can look at it and change nothing. */
import { useStudio } from '../app/studio-context';

export const useElsewhere = (runId: string): boolean => useStudio(({ runsElsewhere }) => runsElsewhere.includes(runId));
