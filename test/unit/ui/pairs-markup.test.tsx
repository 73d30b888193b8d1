/** What the Pairs page says about a pair as it stands, in review, edit form and list. Drawn without a browser: nothing is pressed. */
import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { noVerdict } from '../../../src/protocol/pair-review';
import type { PairRow, PairWindow } from '../../../src/protocol/pairs';
import { openQuery, pairViewOf } from '../../../src/store/pairs';
import { createStudioStore } from '../../../src/store/studio-store';
import { StudioProvider } from '../../../src/ui/app/studio-context';
import { BlindReview } from '../../../src/ui/features/pairs/blind-review';
import { BulkMenu } from '../../../src/ui/features/pairs/bulk-menu';
import { DecisionKeys } from '../../../src/ui/features/pairs/decision-keys';
import { EditForm } from '../../../src/ui/features/pairs/edit-form';
import { PairListRow } from '../../../src/ui/features/pairs/pair-list-row';
import { PairReview } from '../../../src/ui/features/pairs/pair-review';
import { gpuUserOf } from '../../../src/ui/primitives/use-gpu-user';
import { runOf, stageOf } from '../store/fixtures';

const studio = Object({ store: createStudioStore(), commands: {} });
const markup = (node: ReactNode): string =>
  renderToStaticMarkup(
    <MantineProvider>
      <StudioProvider studio={studio}>{node}</StudioProvider>
    </MantineProvider>,
  );
const withoutHelp = (html: string): string =>
  html.replaceAll(/<button[^>]*aria-label="What is.*?<\/button>/g, '').replaceAll(/ {2,}/g, ' ');
const nothing = () => {};

const pair: PairRow = {
  round: 1,
  id: 'p',
  prompt: '\n\nHuman: where?\n\nAssistant:',
  chosen: ' left text',
  rejected: ' right text',
  scores: { chosen: 1.5, rejected: -0.483, sigmas: 0.8, all: [1.5, -0.483] },
  models: null,
  ended: null,
  use: 'kept',
  verdict: null,
  blindLeft: 'chosen',
  vote: null,
};
const flipped: PairRow = { ...pair, verdict: { ...noVerdict, decision: 'flip' } };
const found: Omit<PairWindow, 'rows' | 'offset'> = {
  ...{ total: 3, reviewed: 1, unscored: 0, votes: 1, all: 3, voted: 0, asOf: 0, missing: null },
};
const run = runOf({
  status: 'finished',
  stages: [stageOf({ status: 'done' }), stageOf({ id: 'round1.train', kind: 'train', round: 1, status: 'done' })],
});
const pairsOf = (shown: PairRow) => ({ found, error: null, need: nothing, pair: () => shown });
const reviewProps = (shown: PairRow) => ({
  ...{ run, pairs: pairsOf(shown), pair: shown, found, view: pairViewOf(run) },
  ...{ onChange: nothing, onLeave: nothing },
});
const order = (html: string, ...words: string[]) =>
  words.map((word) => html.indexOf(word)).every((at, i, all) => at > (all[i - 1] ?? 0));

it('the edit form names each text as the review does: after a flip the left one is the rejected one', () => {
  const texts = { chosen: ' left text', rejected: ' right text' };
  const form = (turned: boolean) =>
    markup(<EditForm texts={texts} own={texts} flipped={turned} onSave={nothing} onCancel={nothing} />);
  expect(order(form(false), 'edit-chosen', 'left text', 'edit-rejected', 'right text')).toBe(true);
  expect(order(form(true), 'edit-rejected', 'left text', 'edit-chosen', 'right text')).toBe(true);
  const review = markup(<PairReview {...reviewProps(flipped)} edit />);
  expect(order(review, 'edit-rejected', 'left text', 'edit-chosen', 'right text')).toBe(true);
});

it('the review of a flipped pair has its margin below 0, and of a tie says that it is left out', () => {
  const review = (shown: PairRow) => withoutHelp(markup(<PairReview {...reviewProps(shown)} edit={false} />));
  expect(review(pair)).toContain('margin 1.983 (0.80 standard deviations)');
  const html = review(flipped);
  expect(html).toContain('margin −1.983 (−0.80 standard deviations)');
  expect(order(html, 'review-rejected', 'reward 1.500', 'review-chosen', 'reward −0.483')).toBe(true);
  const tied = review({ ...pair, verdict: { ...noVerdict, decision: 'tie' } });
  expect(tied).toMatch(/data-testid="review-use"[^>]*>.*?left out/);
});

it('the list shows the responses of a flipped pair in their columns, with their rewards', () => {
  const row = (shown: PairRow) =>
    markup(<PairListRow place={0} pair={shown} current chosen={false} onPress={nothing} onChoose={nothing} />);
  expect(order(row(pair), 'pair-chosen', 'left text', '1.500', 'pair-rejected', 'right text', '−0.483', '0.80 σ')).toBe(
    true,
  );
  const html = row(flipped);
  expect(order(html, 'pair-chosen', 'right text', '−0.483', 'pair-rejected', 'left text', '1.500', '−0.80 σ')).toBe(
    true,
  );
  expect(order(html, 'training', 'flipped')).toBe(true);
});

it('blind votes are counted in the selection, and the agreement stays hidden until it is asked for or all are voted', () => {
  const blind = (votes: number) => {
    const props = { ...reviewProps(pair), found: { ...found, votes } };
    return markup(<BlindReview {...props} />);
  };
  expect(blind(1)).toContain('Voted 1 of 3');
  expect(blind(1)).toContain('Show agreement');
  expect(blind(3)).not.toContain('Show agreement');
});

it('while a run or the playground has the GPU the log-ratios wait, and say for what', () => {
  const keys = (ratiosWait: string | null) => {
    const states = { decision: null, flagged: false, showTokens: false, showRatios: false, ratiosWait };
    const does = { onDecide: nothing, onEdit: nothing, onFlag: nothing, onUndo: nothing };
    return markup(<DecisionKeys {...states} {...does} onTokens={nothing} onRatios={nothing} />);
  };
  const button = (html: string) => /<button[^>]*data-testid="show-ratios"[^>]*>/.exec(html)?.[0] ?? '';
  expect(button(keys(null))).not.toContain('disabled');
  const active = runOf({ name: 'busy one', status: 'paused' });
  const user = gpuUserOf({ runs: [run, active], askId: null, pairScoring: null });
  const html = keys(user);
  expect(button(html)).toContain('disabled');
  expect(html).toContain('Log-ratios wait: the run “busy one” is using the GPU.');
  const free = { runs: [run], askId: null, pairScoring: null };
  const pairScoring = { runId: run.id, done: 1, total: 2, ended: false, startedAt: 0, secondsLeft: null };
  expect([free, { ...free, askId: 'a' }, { ...free, pairScoring }].map(gpuUserOf)).toEqual([
    null,
    'the playground is answering',
    'original pairs are being scored',
  ]);
});

it('the bulk button says what it does, to the chosen pairs where there are some', () => {
  const menu = (chosen: number[]) =>
    markup(<BulkMenu query={openQuery(run.id)} found={found} chosen={new Set(chosen)} onChooseNone={nothing} />);
  expect(menu([])).toContain('Decide all 3 found');
  expect(menu([0, 2])).toContain('Decide 2 chosen');
});
