/** What the run will take of the GPU's memory, stage by stage, before it starts; and what to change when it cannot fit. */
import { Alert, Skeleton, Text } from '@mantine/core';
import { useStudio } from '../../app/studio-context';
import { MemoryPlanTable } from './memory-plan-table';

function Content() {
  const known = useStudio((state) => state.memoryPlan);
  const engine = useStudio((state) => state.draft.engine);
  const chosen = useStudio((state) => state.modelId !== null);
  const wrong = useStudio((state) => state.parsed.recipe === null);
  const remark = (text: string) => (
    <Text size="sm" c="dimmed">
      {text}
    </Text>
  );
  if (engine === 'definition') return remark('The definition engine has no plan: it takes what tfjs needs.');
  if (!chosen) return remark('Choose a model to see what the run will take of the GPU’s memory.');
  if (wrong) return remark('The recipe has to be right first.');
  if (!known) return <Skeleton h={170} aria-label="The plan is being computed" />;
  if (known.problem !== null) return remark(known.problem);
  return known.plan && <MemoryPlanTable plan={known.plan} />;
}

export function MemoryPlanView() {
  const refusal = useStudio((state) => state.memoryPlan?.plan?.refusal ?? null);
  return (
    <section aria-label="Memory plan">
      <Text size="sm" fw={600} mb={6}>
        Memory plan
      </Text>
      {refusal !== null && (
        <Alert color="red" title="This run does not fit" role="alert" mb="sm" data-testid="memory-refusal">
          {refusal}
        </Alert>
      )}
      <Content />
    </section>
  );
}
