/** The tokens of the pair in view, fetched when they are asked for. */
import { useEffect, useState } from 'react';
import { pairKeyText } from '../../../protocol/pair-review';
import type { PairRow, PairTokens } from '../../../protocol/pairs';
import { useCommands } from '../../app/studio-context';

/** null until they are there, and while they are not wanted. A failure is shown as a notice. */
export function usePairTokens(runId: string, pair: PairRow | undefined, wanted: boolean): PairTokens | null {
  const { pairTokens, attempt } = useCommands();
  const [loaded, setLoaded] = useState<{ key: string; tokens: PairTokens } | null>(null);
  const key = pair && wanted ? pairKeyText(pair) : null;
  useEffect(() => {
    if (key === null || loaded?.key === key) return;
    const [round, id] = [Number(key.slice(0, key.indexOf(':'))), key.slice(key.indexOf(':') + 1)];
    let current = true;
    const read = async () => {
      const tokens = await attempt(() => pairTokens(runId, { round, id }));
      if (current && tokens) setLoaded({ key, tokens });
    };
    void read();
    return () => {
      current = false;
    };
  }, [attempt, pairTokens, runId, key, loaded?.key]);
  return key !== null && loaded?.key === key ? loaded.tokens : null;
}
