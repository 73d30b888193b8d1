/** The time, for texts such as "5 minutes ago": looked at now and every half minute. */
import { useInterval } from '@mantine/hooks';
import { useState } from 'react';

const EVERY_MS = 30_000;

/** Milliseconds since 1970. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), EVERY_MS, { autoInvoke: true });
  return now;
}
