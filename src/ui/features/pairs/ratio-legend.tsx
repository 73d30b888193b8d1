/** What the grounds of the tokens mean. */
import { Group, Text } from '@mantine/core';
import { modelTitle } from '../evaluation/model-names';
import classes from './pairs.module.css';
import { shadeStyle } from './token-shade';
import type { WeighedPair } from './use-log-ratios';

const steps = [-1, -0.5, 0.5, 1];

export function RatioLegend({ model, against }: Pick<WeighedPair, 'model' | 'against'>) {
  return (
    <Group gap="xs" data-testid="ratio-legend">
      <Text size="xs" c="dimmed">
        Each token by its log-ratio, {modelTitle(model)} against {modelTitle(against)}:
      </Text>
      {steps.map((nats) => (
        <Text key={nats} size="xs" px={6} className={`${classes.token} figures`} style={shadeStyle(nats)}>
          {nats < 0 ? `−${-nats}` : `+${nats}`} nats
        </Text>
      ))}
      <Text size="xs" c="dimmed">
        likelier than before in blue, less likely in orange. The implicit reward is β times their sum.
      </Text>
    </Group>
  );
}
