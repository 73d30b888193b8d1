/** Which models weigh the tokens, to be chosen, and what the grounds of the tokens mean. */
import { Button, Group, Loader, Select, Stack, Text } from '@mantine/core';
import { useRef } from 'react';
import type { RunState } from '../../../protocol/run-state';
import { modelTitle } from '../evaluation/model-names';
import { modelsOf } from '../playground/run-models';
import classes from './pairs.module.css';
import { ratioMeaning, type RatioModels } from './ratio-models';
import { shadeStyle } from './token-shade';

const steps = [-1, -0.5, 0.5, 1];

interface RatioLegendProps {
  run: RunState;
  models: RatioModels;
  /** Whether the tokens are being weighed. */
  loading: boolean;
  /** null for the models that go with each pair. */
  onChoose: (models: RatioModels | null) => void;
  /** Whether the person chose the models. */
  chosen: boolean;
}

export function RatioLegend({ run, models, loading, chosen, onChoose }: RatioLegendProps) {
  const { model, against } = models;
  return (
    <Stack gap="xs" data-testid="ratio-legend" data-model={model} data-against={against}>
      <Group gap="xs" align="flex-end">
        <ModelSelect
          {...{ run, label: 'Log-ratios of', value: model, other: against, testId: 'ratio-model' }}
          onChange={(name) => onChoose({ model: name, against })}
        />
        <ModelSelect
          {...{ run, label: 'against', value: against, other: model, testId: 'ratio-against' }}
          onChange={(name) => onChoose({ model, against: name })}
        />
        {chosen && (
          <Button variant="subtle" size="xs" onClick={() => onChoose(null)} data-testid="ratio-own">
            Models of the pair’s round
          </Button>
        )}
        {loading && <Loader size="xs" mb={6} aria-label="The tokens are being weighed" />}
      </Group>
      <Group gap="xs">
        {steps.map((nats) => (
          <Text key={nats} size="xs" px={6} className={`${classes.token} figures`} style={shadeStyle(nats)}>
            {nats < 0 ? `−${-nats}` : `+${nats}`} nats
          </Text>
        ))}
        <Text size="xs" c="dimmed">
          A token in blue is likelier under {modelTitle(model)} than under {modelTitle(against)}, one in orange less
          likely. {ratioMeaning(run, models)}
        </Text>
      </Group>
    </Stack>
  );
}

interface ModelSelectProps {
  run: RunState;
  label: string;
  value: string;
  /** The other one, which cannot be chosen here too. */
  other: string;
  testId: string;
  onChange: (model: string) => void;
}

/** Gives the keyboard back to the review as soon as a model is chosen. */
function ModelSelect({ run, label, value, other, testId, onChange }: ModelSelectProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <Select
      ref={input}
      label={label}
      size="xs"
      w={150}
      allowDeselect={false}
      data={modelsOf(run).map((name) => ({ value: name, label: modelTitle(name), disabled: name === other }))}
      value={value}
      onChange={(name) => name !== null && onChange(name)}
      onDropdownClose={() => input.current?.blur()}
      data-testid={testId}
    />
  );
}
