/** How two models of the run weigh the tokens of the pair in view, asked for when it is wanted and its tokens are there. */
import { useEffect, useRef, useState } from 'react';
import type { PairTokens } from '../../../protocol/pairs';
import type { PairLogRatios } from '../../../protocol/playground';
import { useCommands } from '../../app/studio-context';
import type { RatioModels } from './ratio-models';

interface Weighed {
  tokens: PairTokens;
  by: string;
  ratios: PairLogRatios;
}

/**
 * null until they are there, and while they are not wanted (`models` is null). A failure is shown as a notice.
 * The worker weighs one pair at a time, so a pair waits for the one before, and one that is no longer in view is left out.
 */
export function useLogRatios(
  runId: string,
  tokens: PairTokens | null,
  models: RatioModels | null,
): PairLogRatios | null {
  const { pairLogRatios, attempt } = useCommands();
  const [loaded, setLoaded] = useState<Weighed | null>(null);
  const last = useRef<Promise<unknown>>(Promise.resolve());
  const { model, against } = models ?? { model: null, against: null };
  const by = `${model} ${against}`;
  const isLoaded = loaded?.tokens === tokens && loaded?.by === by;
  useEffect(() => {
    if (!tokens || model === null || isLoaded) return;
    let current = true;
    const { prompt, chosen, rejected } = tokens;
    const ids = { promptIds: prompt.ids, chosenIds: chosen.ids, rejectedIds: rejected.ids };
    const before = last.current;
    const weigh = async () => {
      await before;
      if (!current) return;
      const ratios = await attempt(() => pairLogRatios({ runId, model, against, ...ids }));
      if (current && ratios) setLoaded({ tokens, by, ratios });
    };
    last.current = weigh();
    return () => {
      current = false;
    };
  }, [attempt, pairLogRatios, runId, tokens, model, against, by, isLoaded]);
  return models !== null && tokens !== null && isLoaded ? loaded.ratios : null;
}
