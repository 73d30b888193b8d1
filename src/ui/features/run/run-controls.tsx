/** Pause, resume, cancel, continue: the buttons that fit the run's status. */
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { isActive } from '../../../protocol/status';
import type { RunState } from '../../../protocol/run-state';
import { useCommands, useStudio } from '../../app/studio-context';
import { ConfirmButton } from '../../primitives/confirm-button';
import { PauseIcon, PlayIcon, StopIcon } from '../../primitives/icons';
import { useElsewhere } from '../../primitives/use-elsewhere';
import { ElsewhereControls } from './elsewhere-controls';
import { HoldMenu } from './hold-menu';

/** Continue, or go on with a held run; disabled with a reason while another run has the GPU. */
export function ContinueButton({
  run,
  size = 'sm',
  testId = 'continue-run',
}: {
  run: RunState;
  size?: string;
  testId?: string;
}) {
  const commands = useCommands();
  const busy = useStudio(({ runs }) => runs.some(isActive));
  const noGpu = useStudio((state) => state.deviceError !== null);
  const reason = noGpu ? 'There is no usable GPU' : busy ? 'Another run is in progress' : undefined;
  const held = run.status === 'held';
  const label = held ? 'Go on' : 'Continue';
  return (
    <Button
      size={size}
      leftSection={<PlayIcon size={14} />}
      disabled={reason !== undefined}
      title={reason}
      aria-label={`${label} ${run.name}`}
      onClick={() => void commands.attempt(() => (held ? commands.goOn(run.id) : commands.continueRun(run.id)))}
      data-testid={held ? 'go-on' : testId}
    >
      {label}
    </Button>
  );
}

function ActiveControls({ run }: { run: RunState }) {
  const commands = useCommands();
  const [waiting, setWaiting] = useState(false);
  const paused = run.status === 'paused';
  const toggle = async () => {
    setWaiting(true);
    await commands.attempt(() => (paused ? commands.resumeRun(run.id) : commands.pauseRun(run.id)));
    setWaiting(false);
  };
  return (
    <>
      <Button
        variant={paused ? 'filled' : 'default'}
        leftSection={paused ? <PlayIcon size={14} /> : <PauseIcon size={14} />}
        loading={waiting}
        onClick={() => void toggle()}
        data-testid={paused ? 'resume-run' : 'pause-run'}
      >
        {paused ? 'Resume' : 'Pause'}
      </Button>
      <ConfirmButton
        label="Cancel"
        question="Cancel this run?"
        consequence="The stage that is running stops, and its work so far is discarded. Finished stages and their outputs stay; the run can be continued later from the last finished stage."
        confirmLabel="Cancel the run"
        onConfirm={() => void commands.attempt(() => commands.cancelRun(run.id))}
        variant="default"
        leftSection={<StopIcon size={14} />}
        testId="cancel-run"
      />
    </>
  );
}

/** Letting it go on is in the banner that says why it waits. */
function HeldControls({ run }: { run: RunState }) {
  const commands = useCommands();
  return (
    <Button
      variant="default"
      leftSection={<StopIcon size={14} />}
      onClick={() => void commands.attempt(() => commands.cancelRun(run.id))}
      data-testid="cancel-held"
    >
      Cancel
    </Button>
  );
}

function StatusControls({ run }: { run: RunState }) {
  if (isActive(run)) return <ActiveControls run={run} />;
  return run.status === 'held' ? <HeldControls run={run} /> : <ContinueButton run={run} />;
}

export function RunControls({ run }: { run: RunState }) {
  const elsewhere = useElsewhere(run.id);
  if (run.status === 'finished') return null;
  if (elsewhere) return <ElsewhereControls />;
  return (
    <Group gap="xs" wrap="nowrap">
      <StatusControls run={run} />
      <HoldMenu run={run} />
    </Group>
  );
}
