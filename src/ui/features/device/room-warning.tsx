/** Warns before a run starts that the browser's storage is too small for what the run will keep. It does not forbid it: it is an estimate. */
import { Alert, Anchor } from '@mantine/core';
import { useEffect } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { missingRoom } from '../../../store/run-room';
import { hashOf } from '../../app/hash-location';
import { useCommands, useStudio } from '../../app/studio-context';
import { formatBytes } from '../../primitives/format';

export function RoomWarning() {
  const commands = useCommands();
  const items = useStudio(({ models, datasets, runs }) => models.length + datasets.length + runs.length);
  const missing = useStudio(useShallow(missingRoom));
  useEffect(() => void commands.refreshCache().catch(() => {}), [commands, items]);
  if (missing === null) return null;
  return (
    <Alert color="yellow" title="The browser’s storage may be too small" className="figures" data-testid="room-warning">
      The run will keep about {formatBytes(missing.needed)}, and the browser has {formatBytes(missing.left)} left for
      this page. Delete runs, models or data that you no longer need under{' '}
      <Anchor href={hashOf({ page: 'artifacts' })} size="sm" underline="always">
        Artifacts
      </Anchor>
      , or the run may stop when the room is full.
    </Alert>
  );
}
