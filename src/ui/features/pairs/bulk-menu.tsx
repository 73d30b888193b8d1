/** Decides about the chosen pairs, or all that the query finds, at once; and undoes. */
import { Button, Group, Menu, Modal, Text } from '@mantine/core';
import { useState } from 'react';
import type { BulkAction, PairQuery } from '../../../protocol/pairs';
import { useCommands, useStudio } from '../../app/studio-context';
import { formatInteger } from '../../primitives/format';
import { bulkOffers, type BulkOffer } from './bulk-actions';
import { pairCount } from './pair-words';
import { useUndo } from './use-decisions';
import type { LoadedPairs } from './use-pair-window';

interface BulkMenuProps {
  query: PairQuery;
  found: LoadedPairs['found'];
  /** Places in what is found; none for all of it. */
  chosen: ReadonlySet<number>;
  onChooseNone: () => void;
}

const nobody = () => {};

function bulkTitle(chosen: number, total: number): string {
  if (chosen > 0) return `Decide ${formatInteger(chosen)} chosen`;
  return total > 1 ? `Decide all ${formatInteger(total)} found` : `Decide ${formatInteger(total)} found`;
}

export function BulkMenu({ query, found, chosen, onChooseNone }: BulkMenuProps) {
  const { reviewAllPairs, attempt } = useCommands();
  const notify = useStudio((state) => state.notify);
  // Rewards that come in put other pairs into the places of an order by margin.
  const scoring = useStudio(({ pairScoring }) => pairScoring?.runId === query.runId);
  const [asked, setAsked] = useState<BulkOffer | null>(null);
  const asOf = found?.asOf ?? null;
  const undo = useUndo(query.runId, query, asOf, nobody);
  const total = found?.total ?? 0;
  const some = chosen.size > 0;
  const count = some ? chosen.size : total;

  const apply = (action: BulkAction) => {
    setAsked(null);
    void attempt(async () => {
      const changed = await reviewAllPairs({ query, asOf, places: some ? [...chosen] : null, action });
      notify('info', `${pairCount(changed)} changed. Undo takes it back.`);
    });
  };
  return (
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button
            variant={some ? 'light' : 'default'}
            disabled={count === 0 || scoring}
            title={scoring ? 'when the pairs are scored, as their order changes until then' : undefined}
            data-testid="bulk-menu"
          >
            {bulkTitle(chosen.size, total)}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{some ? `The ${pairCount(count)} chosen` : `All ${pairCount(count)} found`}</Menu.Label>
          {bulkOffers.map((offer) => (
            <Menu.Item
              key={offer.action}
              onClick={() => (offer.asked ? setAsked(offer) : apply(offer.action))}
              data-testid={`bulk-${offer.action}`}
            >
              {offer.label}
            </Menu.Item>
          ))}
          <Menu.Divider />
          {some && (
            <Menu.Item onClick={onChooseNone} data-testid="choose-none">
              Choose none
            </Menu.Item>
          )}
          <Menu.Item onClick={undo} data-testid="bulk-undo">
            Undo the last decision
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked?.asked?.question(pairCount(count))}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Text size="sm" mb="lg">
          {asked?.asked?.consequence} It counts from the next training stage on, and Undo takes it back as one.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setAsked(null)} data-autofocus>
            Cancel
          </Button>
          <Button onClick={() => asked && apply(asked.action)} data-testid="bulk-confirm">
            {asked?.label}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
