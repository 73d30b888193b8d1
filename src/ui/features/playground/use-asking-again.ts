/** What can be done with the last prompt now: ask it again, of both models or of one, and edit it. */
import { isActive } from '../../../protocol/status';
import { useCommands, useStudio } from '../../app/studio-context';
import { focusQuestion } from './question-field';

interface AskingAgain {
  canAskAgain: boolean;
  /** Of one model alone: not after a vote, which was for the responses as they are. */
  canRegenerate: boolean;
  edit(): void;
  again(): void;
}

export function useAskingAgain(): AskingAgain {
  const { attempt, askAgain } = useCommands();
  const editLast = useStudio((state) => state.editLast);
  const canAskAgain = useStudio(({ turns, askId, runs }) => turns.length > 0 && askId === null && !runs.some(isActive));
  const canCompare = useStudio(({ turns }) => {
    const last = turns.at(-1);
    return last !== undefined && last.answers.length > 1 && (last.blind === null || last.blind.vote === null);
  });
  return {
    canAskAgain,
    canRegenerate: canAskAgain && canCompare,
    edit: () => {
      editLast(true);
      focusQuestion();
    },
    again: () => void attempt(askAgain),
  };
}
