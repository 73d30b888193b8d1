/** Every figure of every model, with win rates and their intervals. */
import { Paper, Table, Text } from '@mantine/core';
import type { EvaluatedModel, ShownWinRate } from '../../../protocol/evaluation';
import { formatNumber, formatPercent } from '../../primitives/format';
import { modelTitle } from './model-names';

interface Figure {
  label: string;
  help: string;
  value: (model: EvaluatedModel) => string;
}

const none = '–';
const optional = (value: number | null | undefined, show: (value: number) => string): string =>
  value === null || value === undefined ? none : show(value);
const short = (value: number): string => formatNumber(value, 4);

const figures: readonly Figure[] = [
  {
    label: 'Reward',
    help: 'Mean on the held-out prompts, with its 95% interval',
    value: ({ reward }) => `${short(reward.mean)} [${short(reward.interval.low)}, ${short(reward.interval.high)}]`,
  },
  { label: 'Reward, spread', help: 'Standard deviation', value: ({ reward }) => short(reward.std) },
  {
    label: 'Implicit accuracy',
    help: 'Held-out pairs ranked right, against the reference',
    value: (model) => optional(model.implicit_rewards.against_reference?.accuracy, formatPercent),
  },
  {
    label: 'Implicit margin',
    help: 'Held-out pairs, mean reward difference',
    value: (model) => optional(model.implicit_rewards.against_reference?.margin, short),
  },
  {
    label: 'KL from SFT',
    help: 'Mean, in nats a response',
    value: ({ kl_from_sft: kl }) => optional(kl?.per_response, short),
  },
  {
    label: 'Response length',
    help: 'Mean, in tokens',
    value: ({ response_length: length }) => short(length.mean),
  },
  {
    label: 'Ends by itself',
    help: 'Responses with an end token',
    value: (model) => formatPercent(model.end_token_rate),
  },
  {
    label: 'Distinct 1 / 2',
    help: 'Share of different words and word pairs',
    value: (model) => `${formatPercent(model.distinct_1)} / ${formatPercent(model.distinct_2)}`,
  },
  { label: 'Repetition', help: 'Share of repeated n-grams', value: (model) => formatPercent(model.repetition) },
];

const winText = (rate: number, { low, high }: { low: number; high: number }) =>
  `${formatPercent(rate)} [${formatPercent(low)}, ${formatPercent(high)}]`;

function WinRate({ rate }: { rate: ShownWinRate }) {
  return (
    <div data-testid={`win-${rate.against}`}>
      <Text size="sm">{winText(rate.win_rate, rate.interval)}</Text>
      <Text size="xs" c="dimmed">
        length-controlled {winText(rate.length_controlled, rate.length_controlled_interval)}
      </Text>
    </div>
  );
}

function WinRows({ models }: { models: readonly EvaluatedModel[] }) {
  const opponents = [...new Set(models.flatMap(({ win_rates }) => win_rates.map(({ against }) => against)))];
  return opponents.map((against) => (
    <Table.Tr key={against}>
      <Table.Th scope="row">Wins against {modelTitle(against)}</Table.Th>
      {models.map(({ name, win_rates }) => {
        const rate = win_rates.find((candidate) => candidate.against === against);
        return <Table.Td key={name}>{rate ? <WinRate rate={rate} /> : none}</Table.Td>;
      })}
    </Table.Tr>
  ));
}

function FigureRow({ figure, models }: { figure: Figure; models: readonly EvaluatedModel[] }) {
  return (
    <Table.Tr>
      <Table.Th scope="row">
        {figure.label}
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
                <Table.Th key={name}>{modelTitle(name)}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {figures.map((figure) => (
              <FigureRow key={figure.label} figure={figure} models={models} />
            ))}
            <WinRows models={models} />
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
