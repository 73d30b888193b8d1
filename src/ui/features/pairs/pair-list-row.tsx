/**
 * One pair as a line of the list. All text is shown as text, never as markup. Plain elements: with a component for every cell, the
 * rows that come into view while one scrolls through 200,000 took longer than a frame.
 */
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
    <div role="cell" className={`${classes.text} verbatim`} data-testid={name}>
      {text.trim()}
    </div>
  );
}

/** Three decimals, so that a column lines up; `value` is what the test reads. */
function Figure({ value, shown, name }: { value: number | null; shown?: string | undefined; name: string }) {
  return (
    <div role="cell" className="figures" data-testid={name} data-value={value ?? ''}>
      {value === null ? '–' : (shown ?? value.toFixed(3))}
    </div>
  );
}

/** A word on a tint, as the badges of other pages. */
function Mark({ words, look }: { words: string; look: 'used' | 'unused' | 'verdict' }) {
  return (
    <span className={classes.mark} data-look={look} title={words}>
      {words}
    </span>
  );
}

function RowCells({ pair }: { pair: PairRow }) {
  const { scores, use, verdict } = pair;
  const { texts } = standingPair(pair);
  const sigmas = scores?.sigmas ?? null;
  const margin = scores && scores.chosen - scores.rejected;
  const decided = verdict ? verdictWords(verdict) : '';
  return (
    <>
      <Cell text={lastTurn(promptText(pair.prompt))} name="pair-prompt" />
      <Cell text={texts.chosen} name="pair-chosen" />
      <Figure value={scores?.chosen ?? null} name="pair-chosen-score" />
      <Cell text={texts.rejected} name="pair-rejected" />
      <Figure value={scores?.rejected ?? null} name="pair-rejected-score" />
      <Figure value={margin} name="pair-margin" shown={sigmas === null ? undefined : `${sigmas.toFixed(2)} σ`} />
      <div role="cell" data-testid="pair-used">
        <Mark words={titleOfUse(use)} look={use === 'kept' || use === 'training' ? 'used' : 'unused'} />
      </div>
      <div role="cell" data-testid="pair-verdict">
        {decided !== '' && <Mark words={decided} look="verdict" />}
      </div>
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
      <div role="cell" className={classes.place}>
        <button
          type="button"
          tabIndex={-1}
          aria-label={`Review pair ${place + 1}`}
          className={classes.toggle}
          onClick={() => onOpen(place)}
          data-testid="pair-toggle"
        >
          <ChevronIcon size={16} />
        </button>
        <span className="figures">{place + 1}</span>
      </div>
      {pair ? <RowCells pair={pair} /> : <div role="cell" className={classes.waiting} />}
    </div>
  );
});
