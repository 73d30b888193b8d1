/**
 * One pair as a line of the list, as it stands. All text is shown as text, never as markup. Plain elements: with a component for every cell, the
 * rows that come into view while one scrolls through 200,000 took longer than a frame.
 */
import { memo } from 'react';
import type { PairRow } from '../../../protocol/pairs';
import { ChevronIcon } from '../../primitives/icons';
import { lastTurn, promptText } from '../../primitives/prompt-text';
import { rewardText, sigmasText } from './pair-figures';
import { shortTitleOfUse, titleOfUse, verdictParts } from './pair-words';
import classes from './pairs.module.css';
import { isTrainedOn, standingPair, standingUse } from './standing-pair';

interface PairListRowProps {
  place: number;
  pair: PairRow | undefined;
  /** The keyboard is here. */
  current: boolean;
  chosen: boolean;
  /** `range`: with everything between. Both are always the same functions, or every row is drawn again. */
  onPress: (place: number, range: boolean) => void;
  onChoose: (place: number, range: boolean) => void;
}

function Cell({ text, name }: { text: string; name: string }) {
  return (
    <div role="cell" className={`${classes.text} verbatim`} data-testid={name}>
      {text.trim()}
    </div>
  );
}

interface FigureProps {
  /** In full, which is what the test reads. */
  value: number | null;
  shown: string | null;
  name: string;
  /** The class of its place in narrow lists. */
  place?: string | undefined;
}

function Figure({ value, shown, name, place = '' }: FigureProps) {
  return (
    <div role="cell" className={`${classes.figure} figures ${place}`} data-testid={name} data-value={value ?? ''}>
      {shown ?? '–'}
    </div>
  );
}

/** A word on a tint, as the badges of other pages. */
function Mark({ word, title, look }: { word: string; title?: string; look: 'used' | 'unused' | 'verdict' }) {
  return (
    <span className={classes.mark} data-look={look} title={title}>
      {word}
    </span>
  );
}

function Reward(props: Omit<FigureProps, 'shown'>) {
  return <Figure shown={props.value === null ? null : rewardText(props.value)} {...props} />;
}

function RowCells({ pair }: { pair: PairRow }) {
  const { chosen, rejected, margin, sigmas } = standingPair(pair);
  const use = standingUse(pair);
  return (
    <>
      <Cell text={lastTurn(promptText(pair.prompt))} name="pair-prompt" />
      <Cell text={chosen.text} name="pair-chosen" />
      <Reward value={chosen.reward} name="pair-chosen-score" place={classes.chosenReward} />
      <Cell text={rejected.text} name="pair-rejected" />
      <Reward value={rejected.reward} name="pair-rejected-score" place={classes.rejectedReward} />
      <Figure value={margin} shown={marginShown(margin, sigmas)} name="pair-margin" />
      <div role="cell" className={classes.used} data-testid="pair-used">
        <Mark word={shortTitleOfUse(use)} title={titleOfUse(use)} look={isTrainedOn(use) ? 'used' : 'unused'} />
      </div>
      <div role="cell" className={`${classes.marks} ${classes.review}`} data-testid="pair-verdict">
        {pair.verdict && verdictParts(pair.verdict).map((word) => <Mark key={word} word={word} look="verdict" />)}
      </div>
    </>
  );
}

/** In standard deviations, or in rewards where the round's do not differ. */
function marginShown(margin: number | null, sigmas: number | null): string | null {
  if (sigmas !== null) return `${sigmasText(sigmas)} σ`;
  return margin === null ? null : rewardText(margin);
}

export const PairListRow = memo(function PairListRow(props: PairListRowProps) {
  const { place, pair, current, chosen, onPress, onChoose } = props;
  return (
    <div
      role="row"
      aria-rowindex={place + 2}
      className={`${classes.row} ${classes.pair}`}
      data-current={current || undefined}
      data-chosen={chosen || undefined}
      data-testid={pair ? 'pair' : 'pair-loading'}
    >
      <div role="cell" className={classes.place}>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Choose pair ${place + 1}`}
          className={classes.choose}
          checked={chosen}
          onChange={({ nativeEvent }) => onChoose(place, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)}
          data-testid="pair-choose"
        />
        <button
          type="button"
          tabIndex={-1}
          aria-label={`Review pair ${place + 1}`}
          className={classes.toggle}
          onClick={({ shiftKey }) => onPress(place, shiftKey)}
          data-testid="pair-toggle"
        >
          <span className="figures">{place + 1}</span>
          <ChevronIcon size={14} />
        </button>
      </div>
      {pair ? <RowCells pair={pair} /> : <div role="cell" className={classes.waiting} />}
    </div>
  );
});
