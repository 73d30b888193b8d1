/** What scoring made of a round's responses: rewards, margins, and which pairs were kept or dropped and why. */
import { Paper, Progress, SimpleGrid, Skeleton, Table, Text } from '@mantine/core';
import type { RoundScores } from '../../../protocol/pairs';
import type { RunState, StageState } from '../../../protocol/run-state';
import { useCommands } from '../../app/studio-context';
import { HistogramChart } from '../../charts/histogram-chart';
import { dropReasonTitle } from '../../primitives/drop-reason';
import { formatInteger, formatPercent } from '../../primitives/format';
import { chosenColor, faintColor, neutralColor, rejectedColor } from '../../primitives/model-colors';
import { scoreText } from '../evaluation/score-format';
import { PairsLink } from './pairs-link';
import { useRoundFigures } from './use-round-figures';

interface FiguresProps {
  run: Pick<RunState, 'id' | 'recipe'>;
  round: number;
  scores: RoundScores;
}

const titleOf = (use: string) => (use === 'kept' ? 'Kept' : `Dropped: ${dropReasonTitle(use)}`);

/** Bars of kept and dropped pairs; each leads to those pairs. */
function PairUses({ run, round, scores }: FiguresProps) {
  const total = scores.uses.reduce((sum, { pairs }) => sum + pairs, 0);
  return (
    <Paper component="section" aria-label="What became of the pairs" p="sm" data-testid="pair-uses">
      <Text size="sm" fw={600} mb={4}>
        What became of the pairs
      </Text>
      <Table fz="sm" verticalSpacing={6} className="figures">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="100%">Pairs</Table.Th>
            <Table.Th ta="right">Number</Table.Th>
            <Table.Th ta="right">Share</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {scores.uses.map(({ use, pairs }) => (
            <Table.Tr key={use} data-testid={`pair-use-${use}`} data-pairs={pairs}>
              <Table.Td>
                <PairsLink runId={run.id} round={round} use={use}>
                  {titleOf(use)}
                </PairsLink>
                <Progress
                  value={total > 0 ? (100 * pairs) / total : 0}
                  size={6}
                  mt={4}
                  color={use === 'kept' ? 'teal' : faintColor}
                  aria-hidden
                />
              </Table.Td>
              <Table.Td ta="right">{formatInteger(pairs)}</Table.Td>
              <Table.Td ta="right">{formatPercent(total > 0 ? pairs / total : 0)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

export function ScoreCharts({ run, round, scores }: FiguresProps) {
  const { rewards, margins } = scores;
  const { pairMinMargin } = run.recipe;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" data-testid="score-figures">
      <HistogramChart
        title="Rewards of the pairs"
        counted="pairs"
        axisTitle="reward"
        edges={rewards.edges}
        series={[
          { label: 'Chosen', color: chosenColor, counts: rewards.chosen },
          { label: 'Rejected', color: rejectedColor, counts: rewards.rejected },
        ]}
        text={scoreText}
        help="score"
        testId="score-rewards"
      />
      {margins ? (
        <HistogramChart
          title="Margins of the pairs"
          counted="pairs"
          axisTitle="standard deviations of the scores"
          edges={margins.edges}
          series={[{ label: 'Margin', color: neutralColor, counts: margins.counts }]}
          mark={pairMinMargin > 0 ? { at: pairMinMargin, label: 'the smallest margin that is kept' } : undefined}
          help="pair_margin"
          testId="score-margins"
        />
      ) : (
        <Paper p="sm">
          <Text size="sm" c="dimmed">
            All responses of this round have the same reward, so no margin can be given in its standard deviations.
          </Text>
        </Paper>
      )}
      <PairUses run={run} round={round} scores={scores} />
    </SimpleGrid>
  );
}

export function ScoreFigures({ run, stage }: { run: RunState; stage: StageState }) {
  const { roundScores } = useCommands();
  const scores = useRoundFigures(run.id, stage, roundScores);
  if (scores === undefined) return <Skeleton h={240} aria-label="The scores are being read" />;
  if (scores) return <ScoreCharts run={run} round={stage.round} scores={scores} />;
  return (
    <PairsLink runId={run.id} round={stage.round}>
      Read the pairs of round {stage.round}
    </PairsLink>
  );
}
