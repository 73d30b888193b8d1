/** Every figure of every model, with win rates and their intervals. */
import { Group, Paper, Table, Text } from '@mantine/core';
import type { EvaluatedModel, ShownWinRate } from '../../../protocol/evaluation';
import { formatNumber, formatPercent } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';
import { modelColor } from '../../primitives/model-colors';
import { signed } from './gold-format';
import { modelTitle } from './model-names';

interface Figure {
  label: string;
  help: string;
  /** Its name in the glossary. */
  metric: string;
  /** Whether there is such a figure of any model. */
  there?: (model: EvaluatedModel) => boolean;
  value: (model: EvaluatedModel) => string;
}

const none = '–';
const optional = <V,>(value: V | null | undefined, show: (value: V) => string): string =>
  value === null || value === undefined ? none : show(value);
const short = (value: number): string => formatNumber(value, 4);

const figures: readonly Figure[] = [
  {
    label: 'Reward',
    metric: 'reward',
    help: 'Mean on the held-out prompts, with its 95% interval',
    value: ({ reward }) => `${short(reward.mean)} [${short(reward.interval.low)}, ${short(reward.interval.high)}]`,
  },
  {
    label: 'Reward, spread',
    metric: 'reward_std',
    help: 'Standard deviation',
    value: ({ reward }) => short(reward.std),
  },
  {
    label: 'Referee',
    metric: 'referee',
    help: 'Mean score by the referee, with its 95% interval',
    there: ({ referee }) => referee !== undefined,
    value: ({ referee }) =>
      referee ? `${short(referee.mean)} [${short(referee.interval.low)}, ${short(referee.interval.high)}]` : none,
  },
  {
    label: 'Referee, against SFT',
    metric: 'referee',
    help: 'Mean difference prompt by prompt, with its 95% interval',
    there: ({ referee }) => referee !== undefined,
    value: ({ referee }) =>
      optional(
        referee?.against_sft,
        ({ difference, interval: { low, high } }) => `${signed(difference)} [${signed(low)}, ${signed(high)}]`,
      ),
  },
  {
    label: 'Implicit accuracy',
    metric: 'implicit_accuracy',
    help: 'Held-out pairs ranked right, against the reference',
    value: (model) => optional(model.implicit_rewards.against_reference?.accuracy, formatPercent),
  },
  {
    label: 'Implicit margin',
    metric: 'implicit_margin',
    help: 'Held-out pairs, mean reward difference',
    value: (model) => optional(model.implicit_rewards.against_reference?.margin, short),
  },
  {
    label: 'KL from SFT',
    metric: 'kl_from_sft',
    help: 'Mean, in nats a response',
    value: ({ kl_from_sft: kl }) => optional(kl?.per_response, short),
  },
  {
    label: 'Response length',
    metric: 'response_length',
    help: 'Mean, in tokens',
    value: ({ response_length: length }) => short(length.mean),
  },
  {
    label: 'Ends by itself',
    metric: 'end_token_rate',
    help: 'Responses with an end token',
    value: (model) => formatPercent(model.end_token_rate),
  },
  {
    label: 'Distinct 1 / 2',
    metric: 'distinct',
    help: 'Share of different words and word pairs',
    value: (model) => `${formatPercent(model.distinct_1)} / ${formatPercent(model.distinct_2)}`,
  },
  {
    label: 'Repetition',
    metric: 'repetition',
    help: 'Share of repeated n-grams',
    value: (model) => formatPercent(model.repetition),
  },
];

const winText = (rate: number, { low, high }: { low: number; high: number }) =>
  `${formatPercent(rate)} [${formatPercent(low)}, ${formatPercent(high)}]`;

function WinRate({ rate, testId }: { rate: ShownWinRate; testId: string }) {
  return (
    <div data-testid={testId}>
      <Text size="sm">{winText(rate.win_rate, rate.interval)}</Text>
      <Text size="xs" c="dimmed">
        length-controlled {winText(rate.length_controlled, rate.length_controlled_interval)}
      </Text>
    </div>
  );
}

interface WinJudge {
  /** After 'Wins against SFT'. */
  by: string;
  testId: string;
  duels: (model: EvaluatedModel) => readonly ShownWinRate[];
}

const winJudges: readonly WinJudge[] = [
  { by: '', testId: 'win', duels: ({ win_rates }) => win_rates },
  { by: ', by the referee', testId: 'referee-win', duels: ({ referee }) => referee?.win_rates ?? [] },
];

function WinRows({ models, judge: { by, testId, duels } }: { models: readonly EvaluatedModel[]; judge: WinJudge }) {
  const opponents = [...new Set(models.flatMap((model) => duels(model).map(({ against }) => against)))];
  return opponents.map((against) => (
    <Table.Tr key={against}>
      <Table.Th scope="row">
        <Group gap={4} wrap="nowrap">
          Wins against {modelTitle(against)}
          {by}
          <HelpHint of="win_rate" label="the win rate" />
        </Group>
      </Table.Th>
      {models.map((model) => {
        const rate = duels(model).find((candidate) => candidate.against === against);
        return (
          <Table.Td key={model.name}>{rate ? <WinRate rate={rate} testId={`${testId}-${against}`} /> : none}</Table.Td>
        );
      })}
    </Table.Tr>
  ));
}

function FigureRow({ figure, models }: { figure: Figure; models: readonly EvaluatedModel[] }) {
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Group gap={4} wrap="nowrap">
          {figure.label}
          <HelpHint of={figure.metric} label={figure.label} />
        </Group>
        <Text size="xs" c="dimmed" fw="normal">
          {figure.help}
        </Text>
      </Table.Th>
      {models.map((model) => (
        <Table.Td key={model.name} data-testid={`figure-${model.name}-${figure.label}`}>
          {figure.value(model)}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

export function FiguresTable({ models }: { models: readonly EvaluatedModel[] }) {
  return (
    <Paper p={0}>
      <Table.ScrollContainer minWidth={240 + 190 * models.length}>
        <Table fz="sm" className="figures" data-testid="evaluation-table">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Figure</Table.Th>
              {models.map(({ name }) => (
                <Table.Th key={name} style={{ borderTop: `3px solid ${modelColor(name)}` }}>
                  {modelTitle(name)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {figures
              .filter(({ there }) => !there || models.some(there))
              .map((figure) => (
                <FigureRow key={figure.label} figure={figure} models={models} />
              ))}
            {winJudges.map((judge) => (
              <WinRows key={judge.testId} models={models} judge={judge} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
