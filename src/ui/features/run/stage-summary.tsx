/** The figures of a finished stage: names and units for people, with a hint where the glossary explains them. */
import { Group, Text } from '@mantine/core';
import { HelpHint } from '../../primitives/help-hint';
import { formatMetric, metricName, type MetricName } from '../../primitives/metric-names';
import { modelTitle } from '../evaluation/model-names';
import { scoreText } from '../evaluation/score-format';

const judged: Readonly<Record<string, string>> = { reward: 'Reward', gold: 'Gold score', referee: 'Referee score' };

interface SummaryFigure extends Pick<MetricName, 'label' | 'unit' | 'help'> {
  text: string;
}

/** 'reward_dpo_round1' -> 'Reward of DPO round 1', written as scores are; other figures as metrics. */
export function summaryFigure(name: string, value: number): SummaryFigure {
  const [, judge = '', model = ''] = /^(reward|gold|referee)_(base|sft|dpo_round\d+)$/.exec(name) ?? [];
  const title = judged[judge];
  if (title === undefined) return { ...metricName(name), text: formatMetric(name, value) };
  return { label: `${title} of ${modelTitle(model)}`, unit: '', help: judge, text: scoreText(value) };
}

function Figure({ name, value }: { name: string; value: number }) {
  const { label, unit, help, text } = summaryFigure(name, value);
  return (
    <div data-testid={`summary-${name}`} data-value={value}>
      <Group component="dt" gap={2} wrap="nowrap" mih={18}>
        <Text span size="xs" c="dimmed">
          {label}
        </Text>
        {help !== null && <HelpHint of={help} label={label} />}
      </Group>
      <Text component="dd" size="sm" m={0} className="figures" title={String(value)}>
        {text}
        {unit && (
          <Text span size="xs" c="dimmed">
            {` ${unit}`}
          </Text>
        )}
      </Text>
    </div>
  );
}

export function StageSummary({ summary }: { summary: Readonly<Record<string, number>> }) {
  const figures = Object.entries(summary);
  if (figures.length === 0) return null;
  return (
    <div>
      <Group component="dl" gap="sm" style={{ columnGap: 24 }} m={0} data-testid="stage-summary">
        {figures.map(([name, value]) => (
          <Figure key={name} name={name} value={value} />
        ))}
      </Group>
      {'first_loss' in summary && (
        <Text size="xs" c="dimmed" mt={4}>
          Loss, accuracy, margin and the like, as training reports them, are means over the last quarter of its steps.
        </Text>
      )}
    </div>
  );
}
