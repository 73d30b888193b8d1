/** Filters by what becomes of a pair, by decision, margin and length. */
import { Button, Group, MultiSelect, NumberInput, Popover, Stack, Text } from '@mantine/core';
import { pairUses, reviewFilters, type PairQuery, type Range } from '../../../protocol/pairs';
import { reviewFilterTitles, titleOfUse } from './pair-words';

interface PairFiltersProps {
  query: PairQuery;
  onChange: (change: Partial<PairQuery>) => void;
}

const isSet = ({ from, to }: Range) => from !== null || to !== null;
const noRange: Range = { from: null, to: null };

export function PairFilters({ query, onChange }: PairFiltersProps) {
  const { uses, reviews, margin, length } = query;
  const active = [uses.length > 0, reviews.length > 0, isSet(margin), isSet(length)].filter(Boolean).length;
  return (
    <Popover width={320} position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" data-testid="pair-filters">
          {active === 0 ? 'Filters' : `Filters (${active})`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <MultiSelect
            label="Used, or why not"
            description="by the split and the filters, before any decision"
            placeholder={uses.length === 0 ? 'any' : ''}
            data={pairUses.map((use) => ({ value: use, label: titleOfUse(use) }))}
            value={uses}
            onChange={(values) => onChange({ uses: pairUses.filter((use) => values.includes(use)) })}
            comboboxProps={{ withinPortal: false }}
            data-testid="filter-uses"
          />
          <MultiSelect
            label="Review"
            placeholder={reviews.length === 0 ? 'any' : ''}
            data={reviewFilters.map((filter) => ({ value: filter, label: reviewFilterTitles[filter] }))}
            value={reviews}
            onChange={(values) => onChange({ reviews: reviewFilters.filter((filter) => values.includes(filter)) })}
            comboboxProps={{ withinPortal: false }}
            data-testid="filter-reviews"
          />
          <RangeFields
            label="Margin"
            unit="standard deviations of the round’s rewards; negative after a flip"
            range={margin}
            step={0.1}
            onChange={(range) => onChange({ margin: range })}
          />
          <RangeFields
            label="Length"
            unit="characters of the longer response"
            range={length}
            step={50}
            onChange={(range) => onChange({ length: range })}
          />
          <Button
            variant="subtle"
            size="xs"
            disabled={active === 0}
            onClick={() => onChange({ uses: [], reviews: [], margin: noRange, length: noRange })}
          >
            Clear the filters
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

interface RangeFieldsProps {
  label: string;
  unit: string;
  range: Range;
  step: number;
  onChange: (range: Range) => void;
}

function RangeFields({ label, unit, range, step, onChange }: RangeFieldsProps) {
  const field = (end: 'from' | 'to') => (
    <NumberInput
      aria-label={`${label} ${end}`}
      placeholder={end}
      step={step}
      value={range[end] ?? ''}
      onChange={(value) => onChange({ ...range, [end]: typeof value === 'number' ? value : null })}
      data-testid={`filter-${label.toLowerCase()}-${end}`}
    />
  );
  return (
    <div>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <Text size="xs" c="dimmed" mb={4}>
        {unit}
      </Text>
      <Group grow gap="xs">
        {field('from')}
        {field('to')}
      </Group>
    </div>
  );
}
