/** Offers to go on with a run that the browser, its worker or the GPU interrupted: on every page but the run's own, which says it itself. */
import { Alert, Button, Group, Text } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { z } from 'zod';
import type { CheckpointSummary } from '../../protocol/provenance';
import type { RunState } from '../../protocol/run-state';
import { PlayIcon } from '../primitives/icons';
import { hashOf } from './hash-location';
import { interruptedRun, interruptedText, interruptionId } from './interrupted-offer';
import { useCommands, useStudio } from './studio-context';

const laterSchema = z.array(z.string()).catch([]);

/** Put off until the tab is closed; a reload does not ask again. */
function useLater() {
  const [later, setLater] = useSessionStorage<string[]>({
    key: 'whetstone-interrupted-later',
    defaultValue: [],
    getInitialValueInEffect: false,
    deserialize: (text) => laterSchema.parse(text === undefined ? [] : parsed(text)),
  });
  const putOff = (run: RunState) => setLater([...later, interruptionId(run)]);
  return { later, putOff };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function Offer({ run, onLater }: { run: RunState; onLater: () => void }) {
  const commands = useCommands();
  const openRun = useStudio((state) => state.openRun);
  const noGpu = useStudio((state) => state.deviceError !== null);
  const [checkpoints, setCheckpoints] = useState<CheckpointSummary[] | null>(null);
  const [waiting, setWaiting] = useState(false);
  useEffect(() => void commands.listCheckpoints().then(setCheckpoints, () => {}), [commands, run]);
  const goOn = async () => {
    setWaiting(true);
    const done = await commands.attempt(() => commands.continueRun(run.id).then(() => true));
    setWaiting(false);
    if (done) openRun(run.id);
  };
  return (
    <Alert color="orange" mb="md" p="sm" role="status" aria-label="Interrupted run" data-testid="interrupted-offer">
      <Group justify="space-between" gap="sm">
        <Text size="sm" flex="1 1 320px" className="verbatim figures">
          {interruptedText(run, checkpoints)}
        </Text>
        <Group gap="xs">
          <Button
            size="xs"
            leftSection={<PlayIcon size={14} />}
            loading={waiting}
            disabled={noGpu}
            title={noGpu ? 'There is no usable GPU' : undefined}
            onClick={() => void goOn()}
            data-testid="interrupted-continue"
          >
            Continue
          </Button>
          <Button
            size="xs"
            variant="default"
            component="a"
            href={hashOf({ page: 'run', runId: run.id, tab: 'progress' })}
            data-testid="interrupted-show"
          >
            Show
          </Button>
          <Button size="xs" variant="default" onClick={onLater} data-testid="interrupted-later">
            Later
          </Button>
        </Group>
      </Group>
    </Alert>
  );
}

export function InterruptedBanner() {
  const { later, putOff } = useLater();
  const run = useStudio(({ runs }) => interruptedRun(runs, later));
  const isShown = useStudio(({ view }) => view.page === 'start' || (view.page === 'run' && view.runId === run?.id));
  if (run === null || isShown) return null;
  return <Offer key={run.id} run={run} onLater={() => putOff(run)} />;
}
