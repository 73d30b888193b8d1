/** One pair: a line of it, and both responses in full when opened. All text is shown as text, never as markup. */
import { ActionIcon, Badge, Group, Skeleton, Text } from '@mantine/core';
import type { Candidate, SyntheticPair } from '../../../protocol/preference';
import { dropReasonTitle } from '../../primitives/drop-reason';
import { formatNumber } from '../../primitives/format';
import { ChevronIcon } from '../../primitives/icons';
import { lastTurn } from '../../primitives/prompt-text';
import classes from './pairs.module.css';

interface PairRowProps {
  index: number;
  pair: SyntheticPair | undefined;
  open: boolean;
  onToggle: () => void;
}

/** Three decimals, so that a column of scores lines up; the open row has all digits. */
const score = (value: number) => value.toFixed(3);

function Cell({ text, name }: { text: string; name: string }) {
  return (
    <Text role="cell" size="sm" lineClamp={2} className="verbatim" data-testid={name}>
      {text.trim()}
    </Text>
  );
}

function Figure({ value, name }: { value: number; name: string }) {
  return (
    <Text role="cell" size="sm" className="figures" title={String(value)} data-testid={name} data-value={value}>
      {score(value)}
    </Text>
  );
}

function Used({ pair }: { pair: SyntheticPair }) {
  const { dropped } = pair;
  return (
    <div role="cell" data-testid="pair-used">
      <Badge
        color={dropped === null ? 'teal' : 'gray'}
        variant="light"
        tt="none"
        maw="100%"
        title={dropped === null ? '' : dropReasonTitle(dropped)}
      >
        {dropped === null ? 'kept' : dropReasonTitle(dropped)}
      </Badge>
    </div>
  );
}

function Response({ title, candidate }: { title: string; candidate: Candidate }) {
  const { text, score: value, ids, ended } = candidate;
  return (
    <div>
      <Text size="xs" fw={600} c="dimmed" className="figures">
        {title} · score {formatNumber(value)} · {ids.length} {ids.length === 1 ? 'token' : 'tokens'}
        {ended ? '' : ' · cut at the length limit'}
      </Text>
      <Text size="sm" className="verbatim">
        {text}
      </Text>
    </div>
  );
}

function Detail({ pair }: { pair: SyntheticPair }) {
  return (
    <div className={classes.detail} role="row" data-testid="pair-detail">
      <div role="cell" className={classes.whole}>
        <Text size="xs" fw={600} c="dimmed">
          Prompt
        </Text>
        <Text size="sm" className="verbatim">
          {pair.prompt.trim()}
        </Text>
      </div>
      <div role="cell">
        <Response title="Chosen" candidate={pair.chosen} />
      </div>
      <div role="cell">
        <Response title="Rejected" candidate={pair.rejected} />
      </div>
      <Text role="cell" size="xs" c="dimmed" className={`${classes.whole} figures`}>
        Scores of all responses: {pair.scores.map(score).join(', ')}
      </Text>
    </div>
  );
}

export function PairRow({ index, pair, open, onToggle }: PairRowProps) {
  if (!pair) return <Skeleton height={20} m="md" aria-label="Loading" />;
  return (
    <>
      <div role="row" aria-rowindex={index + 2} className={`${classes.row} ${classes.pair}`} data-testid="pair">
        <Group role="cell" gap={2} wrap="nowrap">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-expanded={open}
            aria-label={`Pair ${index + 1} in full`}
            className={classes.toggle ?? ''}
            onClick={onToggle}
            data-testid="pair-toggle"
          >
            <span style={{ display: 'inline-flex', transform: open ? 'rotate(90deg)' : undefined }}>
              <ChevronIcon size={16} />
            </span>
          </ActionIcon>
          <Text size="xs" c="dimmed" className="figures">
            {index + 1}
          </Text>
        </Group>
        <Cell text={lastTurn(pair.prompt)} name="pair-prompt" />
        <Cell text={pair.chosen.text} name="pair-chosen" />
        <Figure value={pair.chosen.score} name="pair-chosen-score" />
        <Cell text={pair.rejected.text} name="pair-rejected" />
        <Figure value={pair.rejected.score} name="pair-rejected-score" />
        <Figure value={pair.chosen.score - pair.rejected.score} name="pair-margin" />
        <Used pair={pair} />
      </div>
      {open && <Detail pair={pair} />}
    </>
  );
}
