/** What stands where the conversation will be: what happens here, and prompts to begin with, which fill the field. */
import { Button, Stack } from '@mantine/core';
import { asksBlindly } from '../../../store/playground';
import { useStudio } from '../../app/studio-context';
import { EmptyState } from '../../primitives/empty-state';
import { examplesFor } from './examples';
import { focusQuestion } from './question-field';
import { baseIdOf, type ListedSource } from './sources';
import { useModelTitles } from './use-model-titles';

export function ExamplesPanel({ asked }: { asked: ListedSource }) {
  const [left, right] = useStudio((state) => state.playgroundModels);
  const setQuestion = useStudio((state) => state.setQuestion);
  const isBlind = useStudio(asksBlindly);
  const base = useStudio(({ models }) => models.find(({ id }) => id === baseIdOf(asked))?.name);
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
      {whatHappens(asked, isBlind)} An example to begin with:
    </EmptyState>
  );
}

function whatHappens(asked: ListedSource, isBlind: boolean): string {
  if (isBlind) return 'The responses stand side by side without names; vote for the better one.';
  if (asked.kind === 'run') return 'The responses are scored by the run’s reward model, as soon as it has one.';
  return asked.model.hasChatTemplate
    ? 'Prompts go through the model’s own chat template.'
    : 'The model has no chat template, so prompts are written as a transcript between Human and Assistant.';
}
