/** What the table of responses shows: which model against which, whose score, which prompts, which columns. */
import { Checkbox, Group, SegmentedControl, Select, Switch, TextInput } from '@mantine/core';
import { formatInteger } from '../../primitives/format';
import { changeOrders, type ChangeKind, type ChangeOrder, type ChangeTotals, type Comparison } from './answer-changes';
import { judgeTitles, type Judge } from './judges';
import { modelTitle } from './model-names';

export interface ResponsesChoice extends Comparison {
  order: ChangeOrder;
  kind: ChangeKind;
  text: string;
  /** Models with a column. */
  columns: string[];
  /** Responses in full instead of their first lines. */
  whole: boolean;
}

interface ControlsProps {
  models: readonly string[];
  judges: readonly Judge[];
  totals: ChangeTotals;
  choice: ResponsesChoice;
  onChange: (part: Partial<ResponsesChoice>) => void;
}

const optionsOf = (models: readonly string[]) => models.map((model) => ({ value: model, label: modelTitle(model) }));

function ComparisonFields({ models, judges, choice, onChange }: Omit<ControlsProps, 'totals'>) {
  return (
    <>
      <Select
        label="Model"
        data={optionsOf(models.filter((model) => model !== choice.against))}
        value={choice.model}
        onChange={(model) => model !== null && onChange({ model })}
        allowDeselect={false}
        size="xs"
        w={144}
        data-testid="answers-model"
      />
      <Select
        label="compared with"
        data={optionsOf(models.filter((model) => model !== choice.model))}
        value={choice.against}
        onChange={(against) => against !== null && onChange({ against })}
        allowDeselect={false}
        size="xs"
        w={144}
        data-testid="answers-against"
      />
      <Select
        label="by the score of"
        data={judges.map((judge) => ({ value: judge, label: judgeTitles[judge] }))}
        value={choice.judge}
        onChange={(judge) => judge !== null && onChange({ judge: judge as Judge })}
        allowDeselect={false}
        size="xs"
        w={144}
        data-testid="answers-judge"
      />
      <Select
        label="Order"
        data={Object.entries(changeOrders).map(([value, label]) => ({ value, label }))}
        value={choice.order}
        onChange={(order) => order !== null && onChange({ order: order as ChangeOrder })}
        allowDeselect={false}
        size="xs"
        w={184}
        data-testid="answers-order"
      />
    </>
  );
}

export function ResponsesControls({ models, judges, totals, choice, onChange }: ControlsProps) {
  const kinds = [
    { value: 'all', label: 'All' },
    { value: 'gains', label: `Gains ${formatInteger(totals.gains)}` },
    { value: 'losses', label: `Losses ${formatInteger(totals.losses)}` },
    { value: 'equal', label: `Equal ${formatInteger(totals.equal)}` },
  ];
  return (
    <>
      <Group gap="sm" align="flex-end">
        <ComparisonFields models={models} judges={judges} choice={choice} onChange={onChange} />
        <TextInput
          label="Prompt or response contains"
          value={choice.text}
          onChange={({ currentTarget }) => onChange({ text: currentTarget.value })}
          size="xs"
          w={184}
          data-testid="answers-text"
        />
      </Group>
      <Group justify="space-between" gap="sm">
        <SegmentedControl
          data={kinds}
          value={choice.kind}
          onChange={(kind) => onChange({ kind: kind as ChangeKind })}
          size="xs"
          className="figures"
          aria-label="Which prompts"
          data-testid="answers-kind"
        />
        <Group gap="md">
          <Checkbox.Group value={choice.columns} onChange={(columns) => onChange({ columns })} aria-label="Columns">
            <Group gap="sm">
              {models.map((model) => (
                <Checkbox
                  key={model}
                  value={model}
                  label={modelTitle(model)}
                  size="xs"
                  data-testid={`answers-column-${model}`}
                />
              ))}
            </Group>
          </Checkbox.Group>
          <Switch
            label="Responses in full"
            size="xs"
            checked={choice.whole}
            onChange={({ currentTarget }) => onChange({ whole: currentTarget.checked })}
            data-testid="answers-whole"
          />
        </Group>
      </Group>
    </>
  );
}
