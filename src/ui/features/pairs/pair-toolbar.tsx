/** What is looked for among the pairs, and what can be done with all that is found. */
import { Badge, Button, Group, SegmentedControl, Select, Stack, TextInput, ActionIcon } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { originalRound, playgroundRound } from '../../../protocol/pair-review';
import { pairOrders, type PairOrder, type PairQuery } from '../../../protocol/pairs';
import type { RunState } from '../../../protocol/run-state';
import type { PairView } from '../../../store/pairs';
import { formatInteger } from '../../primitives/format';
import { ChevronIcon } from '../../primitives/icons';
import { BulkMenu } from './bulk-menu';
import { ExportMenu } from './export-menu';
import { PairFilters } from './pair-filters';
import { sourceTitle } from './pair-words';
import type { LoadedPairs } from './use-pair-window';

interface PairToolbarProps {
  run: RunState;
  rounds: readonly number[];
  view: PairView;
  found: LoadedPairs['found'];
  /** Places in what is found. */
  chosen: ReadonlySet<number>;
  onChooseNone: () => void;
  onChange: (change: Partial<PairView>) => void;
}

const ALL = 'all';
const orderTitles: Readonly<Record<PairOrder, string>> = {
  order: 'In their order',
  margin: 'By margin',
  score: 'By chosen reward',
  length: 'By length',
  lengthDifference: 'By length difference',
};

export function PairToolbar({ run, rounds, view, found, chosen, onChooseNone, onChange }: PairToolbarProps) {
  const { query } = view;
  const setQuery = (change: Partial<PairQuery>) =>
    onChange({ query: { ...query, ...change }, mode: 'list', place: 0, pair: null });
  const hasVotes = (found?.voted ?? 0) > 0 || query.rounds.includes(playgroundRound);
  const sources = [
    ...[originalRound, ...rounds, ...(hasVotes ? [playgroundRound] : [])].map((round) => ({
      value: String(round),
      label: sourceTitle(round),
    })),
    { value: ALL, label: 'All' },
  ];
  return (
    <Stack gap="sm" aria-busy={!found}>
      <Group justify="space-between">
        <SegmentedControl
          aria-label="Which pairs"
          data={sources}
          value={query.rounds.length === 1 ? String(query.rounds[0]) : ALL}
          onChange={(value) => setQuery({ rounds: value === ALL ? [] : [Number(value)] })}
          data-testid="pair-source"
        />
        <Group gap="xs">
          <Button disabled={!found?.total} onClick={() => onChange({ mode: 'review' })} data-testid="start-review">
            Review
          </Button>
          <Button
            variant="default"
            disabled={!found?.total}
            onClick={() => onChange({ mode: 'blind' })}
            data-testid="start-blind"
          >
            Blind review
          </Button>
          <BulkMenu query={query} found={found} chosen={chosen} onChooseNone={onChooseNone} />
          <ExportMenu run={run} query={query} found={found} />
        </Group>
      </Group>
      <Group gap="xs">
        <SearchField text={query.text} onSearch={(text) => setQuery({ text })} />
        <PairFilters query={query} onChange={setQuery} />
        <Select
          aria-label="Order"
          w={190}
          allowDeselect={false}
          data={pairOrders.map((order) => ({ value: order, label: orderTitles[order] }))}
          value={query.sort.by}
          onChange={(value) => {
            const by = pairOrders.find((order) => order === value);
            if (by) setQuery({ sort: { by, descending: by !== 'order' } });
          }}
          data-testid="pair-order"
        />
        <ActionIcon
          variant="default"
          size={36}
          aria-label={query.sort.descending ? 'Largest first' : 'Smallest first'}
          title={query.sort.descending ? 'Largest first' : 'Smallest first'}
          onClick={() => setQuery({ sort: { ...query.sort, descending: !query.sort.descending } })}
          data-testid="pair-direction"
        >
          <span style={{ display: 'inline-flex', transform: `rotate(${query.sort.descending ? 90 : -90}deg)` }}>
            <ChevronIcon size={16} />
          </span>
        </ActionIcon>
        {found && (
          <Badge
            variant="light"
            color="teal"
            tt="none"
            className="figures"
            data-testid="reviewed-count"
            data-value={found.reviewed}
          >
            Reviewed {formatInteger(found.reviewed)} of {formatInteger(found.total)}
          </Badge>
        )}
      </Group>
    </Stack>
  );
}

/** Searching reads all texts, so it waits for a pause in the typing. Follows the text where the way back or a link changes it. */
function SearchField({ text, onSearch }: { text: string; onSearch: (text: string) => void }) {
  const [typed, setTyped] = useState({ after: text, value: text });
  if (typed.after !== text) setTyped({ after: text, value: text });
  const search = useDebouncedCallback((after: string, value: string) => after === text && onSearch(value), 300);
  return (
    <TextInput
      aria-label="Search prompts and responses"
      placeholder="Search the texts"
      type="search"
      w={200}
      value={typed.value}
      onChange={({ currentTarget: { value } }) => {
        setTyped({ after: text, value });
        search(text, value);
      }}
      data-testid="pair-search"
    />
  );
}
