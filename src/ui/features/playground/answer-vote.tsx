/** Which of two responses is better, asked before one knows whose they are; the vote makes them a pair of the run. */
import { Anchor, Group, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { playgroundRound, type BlindVote } from '../../../protocol/pair-review';
import { runOfSource } from '../../../protocol/playground-source';
import type { BlindTurn, Turn } from '../../../store/playground';
import { hashOf } from '../../app/hash-location';
import { useCommands, useStudio } from '../../app/studio-context';
import { KeyButton, once } from '../../primitives/key-button';
import { voteChoices } from '../pairs/vote-choices';
import { useModelTitles } from './use-model-titles';
import { voteProblem } from './vote-problem';

export function AnswerVote({ turn, index, models }: { turn: Turn; index: number; models: readonly string[] }) {
  const { voteAnswers, attempt } = useCommands();
  const isLast = useStudio((state) => state.turns.length - 1 === index);
  const { blind } = turn;
  const problem = voteProblem(turn);
  const canVote = blind !== null && blind.vote === null && problem === null;
  const vote = (better: BlindVote['better']) => void attempt(() => voteAnswers(index, better));
  useHotkeys(canVote && isLast ? voteChoices.map(({ better, hotkey }) => [hotkey, once(() => vote(better))]) : []);
  if (!blind) return null;
  if (blind.vote !== null) return <Voted blind={{ ...blind, vote: blind.vote }} models={models} />;
  if (problem !== null) {
    return (
      <Text size="sm" c="dimmed" data-testid="no-vote">
        {problem}
      </Text>
    );
  }
  return (
    <Group gap="xs" role="group" aria-label="Which response is better?">
      {voteChoices.map(({ better, label, hotkey }) => (
        <KeyButton
          key={better}
          hotkey={isLast ? hotkey : null}
          testId={`answer-${better}`}
          onClick={() => vote(better)}
        >
          {label}
        </KeyButton>
      ))}
    </Group>
  );
}

function Voted({ blind, models }: { blind: BlindTurn & { vote: BlindVote['better'] }; models: readonly string[] }) {
  const runId = useStudio((state) => runOfSource(state.playgroundSource));
  const titleOf = useModelTitles();
  const winner = blind.vote === 'left' ? blind.left : 1 - blind.left;
  return (
    <Text size="sm" data-testid="voted" role="status">
      {blind.vote === 'tie' ? 'You found neither better. ' : `You preferred ${titleOf(models[winner] ?? '')}. `}
      The two responses are a pair of the run now
      {blind.vote === 'tie' ? ', which training leaves out' : '; the next reward model or DPO round trains on it'}.{' '}
      {runId !== null && (
        <Anchor
          inherit
          underline="always"
          href={hashOf({ page: 'run', runId, tab: 'pairs' }, { query: { rounds: [playgroundRound] } })}
        >
          See its pairs
        </Anchor>
      )}
    </Text>
  );
}
