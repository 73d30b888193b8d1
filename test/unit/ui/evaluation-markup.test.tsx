/** What the Evaluate tab puts on the page, for eyes and for screen readers. Drawn without a browser: nothing is pressed. */
import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { buildEvaluationResults } from '../../../src/evaluation/build-results';
import { shownEvaluationSchema } from '../../../src/protocol/evaluation';
import { createStudioStore } from '../../../src/store/studio-store';
import { StudioProvider } from '../../../src/ui/app/studio-context';
import { theme } from '../../../src/ui/app/theme';
import { DistributionsChart } from '../../../src/ui/features/evaluation/distributions-chart';
import { FiguresTable } from '../../../src/ui/features/evaluation/figures-table';
import { GoldPartsTable } from '../../../src/ui/features/evaluation/gold-parts-table';
import { ResponsesTable } from '../../../src/ui/features/evaluation/responses-table';
import { TrajectoryChart } from '../../../src/ui/features/evaluation/trajectory-chart';
import { glossary } from '../../../src/ui/primitives/glossary';
import { demoInput } from '../evaluation/fixtures';

const studio = Object({ store: createStudioStore(), commands: {} });
const markup = (node: ReactNode): string =>
  renderToStaticMarkup(
    <MantineProvider theme={theme}>
      <StudioProvider studio={studio}>{node}</StudioProvider>
    </MantineProvider>,
  );

const shown = shownEvaluationSchema.parse(buildEvaluationResults(demoInput()));
const escaped = (text: string) => text.replaceAll("'", '&#x27;').replaceAll('"', '&quot;');
/** The question marks in `html` that explain `metrics`. */
const missingHelp = (html: string, metrics: readonly string[]) =>
  metrics.filter(
    (metric) => !html.includes(escaped(`? ${glossary[metric] ?? 'not in the glossary'}"`).replace('&quot;', '"')),
  );

describe('help beside the metrics', () => {
  it('of the gold table: the score, the difference from SFT and the four parts', () => {
    const html = markup(<GoldPartsTable models={shown.models} />);
    expect(missingHelp(html, ['gold', 'gold_against_sft', 'correct', 'polite', 'safe', 'brief'])).toEqual([]);
  });

  it('of the trajectory’s four lines, of the distributions’ own meaning, of the responses’ change', () => {
    const trajectory = markup(<TrajectoryChart plot={shown.plots.improvement_trajectory} />);
    const lines = ['trajectory_reward', 'win_rate', 'length_controlled', 'implicit_accuracy'];
    expect(missingHelp(trajectory, lines)).toEqual([]);
    const distributions = markup(<DistributionsChart plot={shown.plots.reward_distributions} />);
    expect(missingHelp(distributions, ['reward_distribution'])).toEqual([]);
    expect(missingHelp(markup(<ResponsesTable prompts={shown.prompts} />), ['change'])).toEqual([]);
  });
});

it('the compared models’ columns come first, and the rows’ heads stay in sight', () => {
  const html = markup(<ResponsesTable prompts={shown.prompts} />);
  const [row = ''] = html.split('data-testid="answer-row"').slice(1);
  expect([...row.matchAll(/data-model="(\w+)"/g)].map(([, model]) => model)).toEqual([
    'dpo_round2',
    'sft',
    'base',
    'dpo_round1',
  ]);
  expect(row).toMatch(/<th[^>]*class="[^"]*rowHead/);
});

it('figures are right-aligned, and win rates have a row for the length-controlled ones', () => {
  const html = markup(<FiguresTable models={shown.models} />);
  expect(html).toMatch(/<td[^>]*text-align:right/);
  expect(html).not.toMatch(/<td(?![^>]*text-align:right)[^>]*>/);
  expect(html.match(/data-testid="figure-Win rate against SFT"/g)).toHaveLength(2);
});

it('wide tables can be scrolled by keys', () => {
  const viewport = /<div[^>]*tabindex="0"[^>]*class="[^"]*ScrollArea-viewport/i;
  const html = markup(<GoldPartsTable models={shown.models} />);
  expect(viewport.test(html) || /<div[^>]*ScrollArea-viewport[^>]*tabindex="0"/i.test(html)).toBe(true);
});
