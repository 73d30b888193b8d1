/**
 * The same pairs without their rewards and in a hidden order: the person says which response is better, and sees, when asked for or
 * when all are voted on, how often the reward model says the same. Votes are kept apart from decisions until they are adopted.
 */
import { Group, Loader, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { BlindVote } from '../../../protocol/pair-review';
import type { PairRow } from '../../../protocol/pairs';
import { useCommands } from '../../app/studio-context';
import { KeyButton, once } from '../../primitives/key-button';
import { promptText } from '../../primitives/prompt-text';
import { BlindFigures } from './blind-figures';
import classes from './pairs.module.css';
import { nearestPlace } from './nearest-place';
import type { ReviewProps } from './pair-review';
import { ReviewBar } from './review-bar';
import { openAt } from './use-open-pair';
import { useUndo } from './use-decisions';
import { voteChoices } from './vote-choices';

export function BlindReview({ run, pairs, pair, found, view, onChange, onLeave }: ReviewProps) {
  const { voteBlind, attempt } = useCommands();
  const place = nearestPlace(view.place, found.total);
  const move = (next: number) => onChange(openAt(pairs, next));
  const { need } = pairs;
  const [asked, setAsked] = useState(false);
  const allVoted = found.votes >= found.total;
  const undo = useUndo(run.id, view.query, found.asOf, move);
  useEffect(() => need(Math.max(0, place - 1), Math.min(found.total - 1, place + 2)), [need, place, found.total]);

  const vote = (better: BlindVote['better']) => {
    if (!pair) return;
    const { round, id, blindLeft: left } = pair;
    void attempt(() => voteBlind(run.id, { round, id, left, better }));
    // Whoever sees the agreement move learns how the reward model judges, and the next vote is no longer blind.
    setAsked(false);
    move(place + 1);
  };

  useHotkeys([
    ...voteChoices.map(({ better, hotkey }): [string, (event: KeyboardEvent) => void] => [
      hotkey,
      once(() => vote(better)),
    ]),
    ['u', undo],
    ['a', () => setAsked((shown) => !shown)],
    ['ArrowRight', () => move(place + 1)],
    ['ArrowLeft', () => move(place - 1)],
    ['Escape', onLeave],
  ]);

  return (
    <Stack data-testid="blind-review">
      <ReviewBar
        place={place}
        total={found.total}
        done={found.votes}
        doneWord="Voted"
        onMove={move}
        onLeave={onLeave}
      />
      {pair ? (
        <>
          <BlindTexts pair={pair} />
          <Group gap="xs" role="group" aria-label="Which is better?">
            {voteChoices.map(({ better, label, hotkey }) => (
              <KeyButton
                key={better}
                hotkey={hotkey}
                pressed={pair.vote?.better === better}
                testId={`vote-${better}`}
                onClick={() => vote(better)}
              >
                {label}
              </KeyButton>
            ))}
            <KeyButton hotkey="u" testId="undo-vote" onClick={undo}>
              Undo
            </KeyButton>
            {!allVoted && (
              <KeyButton
                hotkey="a"
                pressed={asked}
                title="how often you and the reward model agree; the next vote hides it, to be blind again"
                testId="show-agreement"
                onClick={() => setAsked((shown) => !shown)}
              >
                Show agreement
              </KeyButton>
            )}
          </Group>
        </>
      ) : (
        <Group justify="center" p="xl">
          <Loader aria-label="The pair is loading" />
        </Group>
      )}
      {(asked || allVoted) && <BlindFigures runId={run.id} />}
    </Stack>
  );
}

function BlindTexts({ pair }: { pair: PairRow }) {
  const { chosen, rejected, blindLeft } = pair;
  const texts = blindLeft === 'chosen' ? [chosen, rejected] : [rejected, chosen];
  return (
    <>
      <Paper>
        <Text size="xs" fw={600} c="dimmed" mb={4}>
          Prompt
        </Text>
        <div className={classes.prompt} tabIndex={0} role="region" aria-label="Prompt">
          <Text size="sm" className="verbatim">
            {promptText(pair.prompt).trim()}
          </Text>
        </div>
      </Paper>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {texts.map((text, index) => (
          <Paper key={index} data-testid={index === 0 ? 'blind-left' : 'blind-right'}>
            <Text size="xs" fw={600} c="dimmed" mb={4}>
              {index === 0 ? 'Left' : 'Right'}
            </Text>
            <div className={classes.texts} tabIndex={0} role="region" aria-label={index === 0 ? 'Left' : 'Right'}>
              <Text size="sm" className="verbatim">
                {text.trim()}
              </Text>
            </div>
          </Paper>
        ))}
      </SimpleGrid>
    </>
  );
}
