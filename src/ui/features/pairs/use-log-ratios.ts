/** How two models of the run weigh the tokens of the pair in view, asked for when it is wanted and its tokens are there. */
import { useEffect, useState } from 'react';
import type { PairTokens } from '../../../protocol/pairs';
import type { PairLogRatios } from '../../../protocol/playground';
import type { RunState } from '../../../protocol/studio';
import { useCommands } from '../../app/studio-context';
import { firstChoice } from '../playground/run-models';

export interface WeighedPair {
  model: string;
  against: string;
  ratios: PairLogRatios;
}

/**
 * The run's latest model against SFT, or SFT against the base model. null until it is there, and while it is not wanted. A failure
 * is shown as a notice.
 */
export function useLogRatios(run: RunState, tokens: PairTokens | null, wanted: boolean): WeighedPair | null {
  const { pairLogRatios, attempt } = useCommands();
  const [loaded, setLoaded] = useState<{ tokens: PairTokens; weighed: WeighedPair } | null>(null);
  const [against, model] = firstChoice(run);
  useEffect(() => {
    if (!tokens || !wanted || model === null || loaded?.tokens === tokens) return;
    let current = true;
    const weigh = async () => {
      const { prompt, chosen, rejected } = tokens;
      const ids = { promptIds: prompt.ids, chosenIds: chosen.ids, rejectedIds: rejected.ids };
      const ratios = await attempt(() => pairLogRatios({ runId: run.id, model, against, ...ids }));
      if (current && ratios) setLoaded({ tokens, weighed: { model, against, ratios } });
    };
    void weigh();
    return () => {
      current = false;
    };
  }, [attempt, pairLogRatios, run.id, tokens, wanted, model, against, loaded?.tokens]);
  return wanted && tokens !== null && loaded?.tokens === tokens ? loaded.weighed : null;
}
