/** The worker's report, asked for when the page opens and every few seconds. */
import { useInterval } from '@mantine/hooks';
import { useCallback, useEffect, useState } from 'react';
import type { SystemReport } from '../../../protocol/system';
import { useCommands } from '../../app/studio-context';

const EVERY_MS = 3000;
const nothing: SystemReport = {
  ...{ versions: null, tiles: [], ceiling: [], events: [] },
  ...{ memory: null, selfTestAgain: null },
};

/** The report, and what asks for it at once. */
export function useSystem(): [system: SystemReport, ask: () => void] {
  const commands = useCommands();
  const [system, setSystem] = useState(nothing);
  const ask = useCallback(() => void commands.getSystem().then(setSystem, () => {}), [commands]);
  useEffect(ask, [ask]);
  useInterval(ask, EVERY_MS, { autoInvoke: true });
  return [system, ask];
}
