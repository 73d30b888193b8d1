/** Whether the run will wait for the person before it trains on pairs. No setting of the recipe: no result depends on it. */
import { Group, Switch } from '@mantine/core';
import { useStudio } from '../../app/studio-context';

export function ReviewWait() {
  const wait = useStudio((state) => state.reviewWait);
  const set = useStudio((state) => state.setReviewWait);
  const rounds = useStudio((state) => state.parsed.recipe?.rounds ?? 1);
  const hasPairs = useStudio(({ datasets, datasetId }) => datasets.find(({ id }) => id === datasetId)?.kind !== 'sft');
  if (!hasPairs) return null;
  return (
    <Switch.Group
      label="Wait for my review of the pairs"
      description="The run then stops there until you let it go on. Both can be changed on the run’s page; no result depends on them."
      value={(['sft', 'dpo'] as const).filter((before) => wait[before])}
      onChange={(chosen) => set({ sft: chosen.includes('sft'), dpo: chosen.includes('dpo') })}
    >
      <Group gap="lg" mt="xs">
        <Switch value="sft" label="before SFT: the original pairs" data-testid="wait-sft" />
        <Switch
          value="dpo"
          label="before each DPO training: the round’s own pairs"
          disabled={rounds === 0}
          data-testid="wait-dpo"
        />
      </Group>
    </Switch.Group>
  );
}
