/** Why the run waits for the person, and what they can do: look at the pairs, let it go on. */
import { Alert, Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RunHold } from '../../../protocol/holds';
import { originalRound } from '../../../protocol/pair-review';
import type { RunState } from '../../../protocol/run-state';
import type { RunTab } from '../../../store/selection';
import { hashOf } from '../../app/hash-location';
import { formatInteger } from '../../primitives/format';
import { stageTitle } from '../../primitives/stage-title';
import { ContinueButton } from './run-controls';

/** The round whose pairs a review is about. */
const reviewedRound = (run: RunState, { before }: RunHold): number =>
  run.stages.find(({ id }) => id === before)?.round ?? originalRound;

const pairs = (count: number) => `${formatInteger(count)} ${count === 1 ? 'pair' : 'pairs'}`;

/** What is ready, as a sentence. */
function ready(run: RunState, round: number): string {
  if (round === originalRound) return 'Nothing is trained yet.';
  const made = run.stages.find((stage) => stage.kind === 'score' && stage.round === round)?.summary;
  const { kept = 0, pairs: all = kept } = made ?? {};
  const dropped = all > kept ? `, ${formatInteger(all - kept)} more dropped by filters` : '';
  return `Round ${round}: ${pairs(kept)} ready${dropped}.`;
}

/** Title and text of the banner, and the text in short. */
export function heldWords(run: RunState, held: RunHold): { title: string; text: string; short: string } {
  if (held.why === 'stop') {
    return {
      title: `Stopped after ${stageTitle(held.after ?? held.before)}`,
      text: 'As you asked. Its pairs, evaluation, outputs and models can be used as they are. “Go on” makes the rest.',
      short: 'As you asked.',
    };
  }
  const round = reviewedRound(run, held);
  const next =
    round === originalRound
      ? 'SFT and the reward model train on the original pairs as you leave them.'
      : 'DPO training has not begun; it trains on what you decide now.';
  const short = ready(run, round);
  return { title: 'Waiting for your review', text: `${short} ${next}`, short };
}

function ReviewButton({ run, held, size }: { run: RunState; held: RunHold; size: string }) {
  const round = reviewedRound(run, held);
  const query = { rounds: [round], ...(round === originalRound && { uses: ['training' as const] }) };
  return (
    <Button
      component="a"
      href={hashOf({ page: 'run', runId: run.id, tab: 'pairs' }, { query })}
      variant="default"
      size={size}
      data-testid="review-held"
    >
      Review pairs
    </Button>
  );
}

/** One line above the other views, which need the room. */
function ShortBanner({ run, held, children }: { run: RunState; held: RunHold; children: ReactNode }) {
  const { title, short } = heldWords(run, held);
  return (
    <Alert color="grape" p="xs" role="status" data-testid="held-banner" data-before={held.before}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" className="figures" flex="1 1 260px">
          <b>{title}.</b> {short}
        </Text>
        <Group gap="xs" wrap="nowrap" flex="none">
          {children}
        </Group>
      </Group>
    </Alert>
  );
}

export function HeldBanner({ run, tab }: { run: RunState; tab: RunTab }) {
  const { held } = run;
  if (held === null) return null;
  const size = tab === 'progress' ? 'sm' : 'xs';
  const buttons = (
    <>
      {held.why === 'review' && tab !== 'pairs' && <ReviewButton run={run} held={held} size={size} />}
      <ContinueButton run={run} size={size} />
    </>
  );
  if (tab !== 'progress') {
    return (
      <ShortBanner run={run} held={held}>
        {buttons}
      </ShortBanner>
    );
  }
  const { title, text } = heldWords(run, held);
  return (
    <Alert
      color="grape"
      title={title}
      styles={{ title: { color: 'var(--mantine-color-text)' } }}
      role="status"
      data-testid="held-banner"
      data-before={held.before}
    >
      <Group justify="space-between" gap="sm">
        <Text size="sm" className="figures" flex="1 1 320px">
          {text}
        </Text>
        <Group gap="xs">{buttons}</Group>
      </Group>
    </Alert>
  );
}
