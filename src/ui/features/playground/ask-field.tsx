/** Where one asks: Enter sends, Shift+Enter makes a new line, Escape stops the answer. */
import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { isActive } from '../../../protocol/status';
import type { RunState } from '../../../protocol/studio';
import { useCommands, useStudio } from '../../app/studio-context';

/** For the demo's models, which know nothing but its invented town. */
const demoQuestions = [
  'Which is bigger, 10 or 3?',
  'What day does the bakery stay closed?',
  'Tell me how to feed a duck.',
];

export function AskField({ run }: { run: RunState }) {
  const commands = useCommands();
  const asking = useStudio((state) => state.askId !== null);
  const hasTurns = useStudio((state) => state.turns.length > 0);
  const atWork = useStudio(({ runs }) => runs.find(isActive));
  const [text, setText] = useState('');
  const send = (question: string) => {
    if (question.trim() === '' || asking) return;
    setText('');
    void commands.attempt(() => commands.ask(question.trim()));
  };
  const stop = () => void commands.attempt(() => commands.stopAnswer());
  const isDemo = run.recipe.name.startsWith('demo');
  return (
    <Stack gap="xs">
      {isDemo && !hasTurns && (
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            Try:
          </Text>
          {demoQuestions.map((question) => (
            <Button key={question} variant="default" size="compact-sm" onClick={() => send(question)} disabled={asking}>
              {question}
            </Button>
          ))}
        </Group>
      )}
      {atWork && (
        <Text size="sm" role="status">
          The run “{atWork.name}” is using the GPU. Ask when it has finished.
        </Text>
      )}
      <Group align="flex-end" gap="xs">
        <Textarea
          flex={1}
          autosize
          minRows={1}
          maxRows={8}
          aria-label="Question"
          placeholder="Ask both models. Enter sends, Shift+Enter makes a new line, Escape stops."
          value={text}
          disabled={atWork !== undefined}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && asking) stop();
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            send(text);
          }}
          data-testid="ask-field"
        />
        {asking ? (
          <Button variant="default" onClick={stop} data-testid="stop-answer">
            Stop
          </Button>
        ) : (
          <>
            <Button onClick={() => send(text)} disabled={text.trim() === '' || atWork !== undefined} data-testid="ask">
              Ask
            </Button>
            {hasTurns && (
              <Button
                variant="default"
                onClick={() => void commands.attempt(() => commands.askAgain())}
                disabled={atWork !== undefined}
                data-testid="ask-again"
              >
                Again
              </Button>
            )}
          </>
        )}
      </Group>
    </Stack>
  );
}
