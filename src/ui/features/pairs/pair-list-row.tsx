/** One pair as a line of the list. All text is shown as text, never as markup. */
import { ActionIcon, Badge, Group, Skeleton, Text } from '@mantine/core';
import { memo } from 'react';
import type { PairRow } from '../../../protocol/pairs';
import { ChevronIcon } from '../../primitives/icons';
import { lastTurn, promptText } from '../../primitives/prompt-text';
import { standingPair, titleOfUse, verdictWords } from './pair-words';
import classes from './pairs.module.css';

interface PairListRowProps {
  place: number;
  pair: PairRow | undefined;
  current: boolean;
  onOpen: (place: number) => void;
}

function Cell({ text, name }: { text: string; name: string }) {
  return (
    <Text role="cell" size="sm" lineClamp={2} className="verbatim" data-testid={name}>
      {text.trim()}
    </Text>
  );
}

/** Three decimals, so that a column lines up; `value` is what the test reads. */
function Figure({ value, shown, name }: { value: number | null; shown?: string | undefined; name: string }) {
  return (
    <Text role="cell" size="sm" className="figures" data-testid={name} data-value={value ?? ''}>
      {value === null ? '–' : (shown ?? value.toFixed(3))}
    </Text>
  );
}

function Used({ pair: { use } }: { pair: PairRow }) {
  const used = use === 'kept' || use === 'training';
  return (
    <div role="cell" data-testid="pair-used">
      <Badge color={used ? 'teal' : 'gray'} variant="light" tt="none" maw="100%" title={titleOfUse(use)}>
        {titleOfUse(use)}
      </Badge>
    </div>
  );
}

function Review({ pair: { verdict } }: { pair: PairRow }) {
  const words = verdict ? verdictWords(verdict) : '';
  return (
    <div role="cell" data-testid="pair-verdict">
      {words !== '' && (
        <Badge color="blue" variant="light" tt="none" maw="100%" title={words}>
          {words}
        </Badge>
      )}
    </div>
  );
}

function RowCells({ pair }: { pair: PairRow }) {
  const { scores } = pair;
  const { texts } = standingPair(pair);
  const sigmas = scores?.sigmas ?? null;
  const margin = scores && scores.chosen - scores.rejected;
  return (
    <>
      <Cell text={lastTurn(promptText(pair.prompt))} name="pair-prompt" />
      <Cell text={texts.chosen} name="pair-chosen" />
      <Figure value={scores?.chosen ?? null} name="pair-chosen-score" />
      <Cell text={texts.rejected} name="pair-rejected" />
      <Figure value={scores?.rejected ?? null} name="pair-rejected-score" />
      <Figure value={margin} name="pair-margin" shown={sigmas === null ? undefined : `${sigmas.toFixed(2)} σ`} />
      <Used pair={pair} />
      <Review pair={pair} />
    </>
  );
}

export const PairListRow = memo(function PairListRow({ place, pair, current, onOpen }: PairListRowProps) {
  return (
    <div
      role="row"
      aria-rowindex={place + 2}
      className={`${classes.row} ${classes.pair}`}
      data-current={current || undefined}
      data-testid={pair ? 'pair' : 'pair-loading'}
    >
      <Group role="cell" gap={2} wrap="nowrap">
        <ActionIcon
          variant="subtle"
          color="gray"
          tabIndex={-1}
          aria-label={`Review pair ${place + 1}`}
          className={classes.toggle ?? ''}
          onClick={() => onOpen(place)}
          data-testid="pair-toggle"
        >
          <ChevronIcon size={16} />
        </ActionIcon>
        <Text size="xs" c="dimmed" className="figures">
          {place + 1}
        </Text>
      </Group>
      {pair ? <RowCells pair={pair} /> : <Skeleton height={16} role="cell" style={{ gridColumn: '2 / -1' }} />}
    </div>
  );
});
