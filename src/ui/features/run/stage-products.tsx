/** What a stage left behind: its files among the outputs, and the views that show it. */
import { Anchor, Group, Text } from '@mantine/core';
import { hasResult } from '../../../protocol/status';
import type { RunState, StageState } from '../../../protocol/run-state';
import { hashOf } from '../../app/hash-location';
import { formatBytes } from '../../primitives/format';
import { PairsLink } from './pairs-link';

/** The beginnings of the paths of a stage's outputs, as method.md section 7 names them. */
function pathsOf({ kind, round }: StageState): readonly string[] {
  switch (kind) {
    case 'sft':
      return ['sft_model/'];
    case 'reward':
      return ['reward_model/'];
    case 'referee':
      return ['referee_model/'];
    case 'generate':
      return [];
    case 'score':
      return [round === 1 ? 'synthetic_preferences.json' : `synthetic_preferences_round${round}.json`];
    case 'train':
      return [`dpo_round${round}/`];
    case 'evaluate':
      return ['evaluation_results.json', 'plots/'];
  }
}

export function StageProducts({ run, stage }: { run: RunState; stage: StageState }) {
  const found = pathsOf(stage).flatMap((path) => {
    const files = run.outputs.filter((file) => file.path.startsWith(path));
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return files.length === 0 ? [] : [`${path} (${formatBytes(bytes)})`];
  });
  const pairs = stage.kind === 'generate' || stage.kind === 'score';
  if (!hasResult(stage) || (found.length === 0 && !pairs)) return null;
  return (
    <Group gap="xs" className="figures" data-testid="stage-products">
      <Text size="sm" c="dimmed">
        Made:
      </Text>
      {found.length > 0 && (
        <Anchor size="sm" href={hashOf({ page: 'run', runId: run.id, tab: 'outputs' })}>
          {found.join(', ')}
        </Anchor>
      )}
      {pairs && (
        <PairsLink runId={run.id} round={stage.round}>
          pairs of round {stage.round}
        </PairsLink>
      )}
      {stage.kind === 'evaluate' && (
        <Anchor size="sm" href={hashOf({ page: 'run', runId: run.id, tab: 'evaluation' })}>
          how the models compare
        </Anchor>
      )}
    </Group>
  );
}
