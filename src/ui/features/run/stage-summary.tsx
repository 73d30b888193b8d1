/** The figures of a finished stage: names and units for people, with a hint where the glossary explains them. */
import { Group, Text } from '@mantine/core';
import { modelTitle } from '../evaluation/model-names';
import { formatFigure, metricName, type MetricName } from '../../primitives/metric-names';
import { HelpHint } from '../../primitives/help-hint';

const judged: Readonly<Record<string, string>> = { reward: 'Reward', gold: 'Gold score', referee: 'Referee score' };

/** 'reward_dpo_round1' -> 'Reward of DPO round 1'; other names as those of metrics. */
export function summaryName(name: string): MetricName {
  const [, judge = '', model = ''] = /^(reward|gold|referee)_(base|sft|dpo_round\d+)$/.exec(name) ?? [];
  const title = judged[judge];
  if (title === undefined) return metricName(name);
  return { label: `${title} of ${modelTitle(model)}`, unit: '', kind: 'value', help: judge };
}

function Figure({ name, value }: { name: string; value: number }) {
  const { label, unit, kind, help } = summaryName(name);
  return (
    <div data-testid={`summary-${name}`} data-value={value}>
      <Group component="dt" gap={2} wrap="nowrap" mih={18}>
        <Text span size="xs" c="dimmed">
          {label}
        </Text>
        {help !== null && <HelpHint of={help} label={label} />}
      </Group>
      <Text component="dd" size="sm" m={0} className="figures" title={String(value)}>
        {formatFigure(kind, value)}
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
