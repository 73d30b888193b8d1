/** What stands where the conversation will be: what happens here, and prompts to begin with, which fill the field. */
import { Button, Stack } from '@mantine/core';
import type { RunState } from '../../../protocol/studio';
import { useStudio } from '../../app/studio-context';
import { EmptyState } from '../../primitives/empty-state';
import { examplesFor } from './examples';
import { focusQuestion } from './question-field';
import { useModelTitles } from './use-model-titles';

export function ExamplesPanel({ run }: { run: RunState }) {
  const [left, right] = useStudio((state) => state.playgroundModels);
  const setQuestion = useStudio((state) => state.setQuestion);
  const isBlind = useStudio((state) => state.playgroundBlind) && right !== null;
  const base = useStudio(({ models }) => models.find(({ id }) => id === run.modelId)?.name);
  const titleOf = useModelTitles();
  const title = right === null ? `Ask ${titleOf(left)}` : `Give ${titleOf(left)} and ${titleOf(right)} the same prompt`;
  return (
    <EmptyState
      title={title}
      action={
        <Stack gap="xs" align="stretch" mt="xs" role="group" aria-label="Examples">
          {examplesFor(base).map((example) => (
            <Button
              key={example}
              variant="default"
              size="sm"
              h="auto"
              py={8}
              fw={400}
              styles={{ label: { whiteSpace: 'normal', lineHeight: 1.4 } }}
              onClick={() => {
                setQuestion(example);
                focusQuestion();
              }}
              data-testid="example"
            >
              {example}
            </Button>
          ))}
        </Stack>
      }
    >
      {isBlind
        ? 'The responses stand side by side without names; vote for the better one. An example to begin with:'
        : 'The responses are scored by the run’s reward model, as soon as it has one. An example to begin with:'}
    </EmptyState>
  );
}
