/** Where the run is to stop by itself and wait for the person. Offers what has not begun; each choice can be taken back. */
import { Button, Menu } from '@mantine/core';
import { hasResult } from '../../../protocol/status';
import type { RunState } from '../../../protocol/run-state';
import { useCommands } from '../../app/studio-context';
import { stopChoices } from './stop-choices';

export function HoldMenu({ run }: { run: RunState }) {
  const commands = useCommands();
  const { review, stopAfter } = run.holds;
  const open = (kind: 'sft' | 'train') => run.stages.some((stage) => stage.kind === kind && !hasResult(stage));
  const hasPairs = run.stages.some(({ kind }) => kind === 'reward');
  const sftWaits =
    hasPairs && open('sft') && run.stages.some(({ kind, status }) => kind === 'sft' && status !== 'running');
  const dpoWaits = hasPairs && open('train');
  const stops = stopChoices(run);
  if (!sftWaits && !dpoWaits && stops.length === 0) return null;
  const set = (before: 'sft' | 'dpo') => (wait: boolean) =>
    void commands.attempt(() => commands.waitForReview(run.id, before, wait));
  return (
    <Menu position="bottom-end" shadow="md" width={260}>
      <Menu.Target>
        <Button variant="default" data-testid="hold-menu">
          Hold at…
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(sftWaits || dpoWaits) && <Menu.Label>Wait for my review of the pairs</Menu.Label>}
        {sftWaits && (
          <Menu.CheckboxItem
            checked={review.sft}
            onChange={set('sft')}
            aria-label="Wait for my review before SFT"
            data-testid="hold-review-sft"
          >
            before SFT
          </Menu.CheckboxItem>
        )}
        {dpoWaits && (
          <Menu.CheckboxItem
            checked={review.dpo}
            onChange={set('dpo')}
            aria-label="Wait for my review before each DPO training"
            data-testid="hold-review-dpo"
          >
            before each DPO training
          </Menu.CheckboxItem>
        )}
        {stops.length > 0 && <Menu.Label>Stop</Menu.Label>}
        {stops.map(({ stageId, label }) => (
          <Menu.CheckboxItem
            key={stageId}
            checked={stopAfter.includes(stageId)}
            onChange={(stop) => void commands.attempt(() => commands.stopAfter(run.id, stageId, stop))}
            aria-label={`Stop ${label}`}
            data-testid={`hold-stop-${stageId}`}
          >
            {label}
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
