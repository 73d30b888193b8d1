/** A link to the pairs of a round in the view Pairs, with its filters set. */
import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PairUse } from '../../../protocol/pairs';
import { hashOf } from '../../app/hash-location';

interface PairsLinkProps {
  runId: string;
  round: number;
  /** Only pairs that became this. */
  use?: PairUse;
  children: ReactNode;
}

export function PairsLink({ runId, round, use, children }: PairsLinkProps) {
  const query = { rounds: [round], ...(use && { uses: [use] }) };
  return (
    <Anchor size="sm" href={hashOf({ page: 'run', runId, tab: 'pairs' }, { query })}>
      {children}
    </Anchor>
  );
}
