/** The tokens of the pair in view as it stands, fetched when they are asked for and again when the pair is edited. */
import { useEffect, useState } from 'react';
import { pairKeyText } from '../../../protocol/pair-review';
import type { PairRow, PairTokens } from '../../../protocol/pairs';
import { useCommands } from '../../app/studio-context';

/** null until they are there, and while they are not wanted. A failure is shown as a notice. */
export function usePairTokens(runId: string, pair: PairRow | undefined, wanted: boolean): PairTokens | null {
  const { pairTokens, attempt } = useCommands();
  const [loaded, setLoaded] = useState<{ key: string; tokens: PairTokens } | null>(null);
  const { round = 0, id = '', verdict = null } = pair ?? {};
  const key = pair && wanted ? `${pairKeyText({ round, id })} ${JSON.stringify(verdict?.edited ?? null)}` : null;
  useEffect(() => {
    if (key === null || loaded?.key === key) return;
    let current = true;
    const read = async () => {
      const tokens = await attempt(() => pairTokens(runId, { round, id }));
      if (current && tokens) setLoaded({ key, tokens });
    };
    void read();
    return () => {
      current = false;
    };
  }, [attempt, pairTokens, runId, round, id, key, loaded?.key]);
  return key !== null && loaded?.key === key ? loaded.tokens : null;
}
