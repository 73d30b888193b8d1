import { describe, expect, it } from 'vitest';
import { noVerdict, type PairVerdict } from '../../../src/protocol/pair-review';
import { pairUses, type PairRow } from '../../../src/protocol/pairs';
import { kappaText, ratioText, rewardText, sigmasText } from '../../../src/ui/features/pairs/pair-figures';
import { pairCount, shortTitleOfUse, titleOfUse, verdictParts } from '../../../src/ui/features/pairs/pair-words';
import { isTrainedOn, standingPair, standingUse } from '../../../src/ui/features/pairs/standing-pair';

const pair: Pick<PairRow, 'chosen' | 'rejected' | 'scores'> = {
  chosen: ' good',
  rejected: ' bad',
  scores: { chosen: 1.5, rejected: -0.5, sigmas: 0.8, all: [1.5, -0.5] },
};
const verdict = (change: Partial<PairVerdict>): PairVerdict => ({ ...noVerdict, ...change });

describe('a pair as it stands', () => {
  it('is its own without a decision', () => {
    expect(standingPair({ ...pair, verdict: null })).toEqual({
      chosen: { own: 'chosen', text: ' good', reward: 1.5, edited: false },
      rejected: { own: 'rejected', text: ' bad', reward: -0.5, edited: false },
      flipped: false,
      margin: 2,
      sigmas: 0.8,
    });
  });

  it('has texts, rewards and margin turned round by a flip, with what was written', () => {
    const edited = { chosen: ' good', rejected: ' better' };
    expect(standingPair({ ...pair, verdict: verdict({ decision: 'flip', edited }) })).toEqual({
      chosen: { own: 'rejected', text: ' better', reward: -0.5, edited: true },
      rejected: { own: 'chosen', text: ' good', reward: 1.5, edited: false },
      flipped: true,
      margin: -2,
      sigmas: -0.8,
    });
  });

  it('has no figures where no round scored it', () => {
    const { margin, sigmas, chosen } = standingPair({ ...pair, scores: null, verdict: verdict({ decision: 'flip' }) });
    expect([margin, sigmas, chosen.reward]).toEqual([null, null, null]);
  });
});

describe('what becomes of a pair', () => {
  const after = (use: PairRow['use'], change: Partial<PairVerdict> | null) =>
    standingUse({ use, verdict: change && verdict(change) });

  it('is training for all that is trained on, and left out by decision', () => {
    expect([after('kept', null), after('training', null), after('kept', { decision: 'flip' })]).toEqual([
      'training',
      'training',
      'training',
    ]);
    expect([after('kept', { decision: 'tie' }), after('voted', { decision: 'drop' })]).toEqual([
      'left out',
      'left out',
    ]);
    expect([after('voted', null), after('kept', { flagged: true })]).toEqual(['voted', 'training']);
    expect([isTrainedOn('training'), isTrainedOn('voted'), isTrainedOn('left out'), isTrainedOn('margin')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('takes in what a filter dropped once a person keeps or flips it, where there is something to learn', () => {
    expect([after('margin', null), after('margin', { decision: 'keep' }), after('tie', { decision: 'flip' })]).toEqual([
      'margin',
      'training',
      'training',
    ]);
    const edited = { chosen: ' a', rejected: ' b' };
    expect([after('empty', { decision: 'keep' }), after('empty', { decision: 'keep', edited })]).toEqual([
      'empty',
      'training',
    ]);
    expect(after('margin', { edited })).toBe('margin');
  });

  it('is the same whatever is decided for pairs that no stage of the run trains on', () => {
    for (const use of ['held-out', 'referee', 'spare'] as const)
      expect([after(use, { decision: 'keep' }), after(use, { decision: 'drop' })]).toEqual([use, use]);
  });
});

describe('words and figures', () => {
  it('the list has a word for every use that its column holds', () => {
    const words = [...pairUses, 'left out' as const].map(shortTitleOfUse);
    expect(words.filter((word) => word.length > 'low margin'.length && word !== 'passed the filters')).toEqual([]);
    expect(titleOfUse('margin')).toBe('margin too small');
  });

  it('what was decided is a word each', () => {
    const edited = { chosen: 'a', rejected: 'b' };
    expect(verdictParts({ decision: 'flip', edited, flagged: true })).toEqual(['flipped', 'edited', 'flagged']);
    expect(verdictParts({ decision: 'keep', edited: null, flagged: false })).toEqual(['kept']);
    expect([pairCount(1), pairCount(0), pairCount(1200)]).toEqual(['1 pair', '0 pairs', '1,200 pairs']);
  });

  it('rewards have three decimals and a minus, and no nothing has a sign', () => {
    expect([-0.19034, 1.9826, 0, -0.0004, 12].map(rewardText)).toEqual(['−0.190', '1.983', '0.000', '0.000', '12.000']);
    expect([0.0317, -1, 0.0001].map(ratioText)).toEqual(['+0.032', '−1.000', '0.000']);
    expect([sigmasText(-1.634), kappaText(-0.081)]).toEqual(['−1.63', '−0.08']);
  });
});
