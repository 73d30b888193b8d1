/** How far the blind votes of a run agree with its judges, read again after every vote. */
import { useEffect, useState } from 'react';
import type { BlindReport } from '../../../protocol/pairs';
import { useCommands, useStudio } from '../../app/studio-context';

export function useBlindReport(runId: string): BlindReport | null {
  const { blindReport, attempt } = useCommands();
  const sequence = useStudio((state) => state.reviewSequence[runId] ?? 0);
  const [report, setReport] = useState<BlindReport | null>(null);
  useEffect(() => {
    let current = true;
    const read = async () => {
      const next = await attempt(() => blindReport(runId));
      if (current && next) setReport(next);
    };
    void read();
    return () => {
      current = false;
    };
  }, [attempt, blindReport, runId, sequence]);
  return report;
}
