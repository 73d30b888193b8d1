/** A link to the pairs of a round in the view Pairs, with its filters set. */
import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PairUse } from '../../../protocol/pairs';
import { openQuery, openView } from '../../../store/pairs';
import { hashOf } from '../../app/hash-location';
import { useStudio } from '../../app/studio-context';

interface PairsLinkProps {
  runId: string;
  round: number;
  /** Only pairs that became this. */
  use?: PairUse;
  children: ReactNode;
}

export function PairsLink({ runId, round, use, children }: PairsLinkProps) {
  const setPairView = useStudio((state) => state.setPairView);
  const query = { ...openQuery(runId), rounds: [round], uses: use === undefined ? [] : [use] };
  return (
    <Anchor
      size="sm"
      href={hashOf({ page: 'run', runId, tab: 'pairs' })}
      onClick={() => setPairView(runId, { ...openView(runId), query })}
    >
      {children}
    </Anchor>
  );
}
