/** Where one asks: Enter sends, Shift+Enter makes a new line, Escape stops the response or ends editing. */
import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { isActive } from '../../../protocol/status';
import { useCommands, useStudio } from '../../app/studio-context';
import { GpuTaken } from './gpu-taken';
import { KeysHelp } from './keys-help';
import { QUESTION_ID } from './question-field';
import { useAskingAgain } from './use-asking-again';
import { useModelTitles } from './use-model-titles';

export function AskField() {
  const commands = useCommands();
  const asking = useStudio((state) => state.askId !== null);
  const atWork = useStudio(({ runs }) => runs.find(isActive));
  const text = useStudio((state) => state.questionText);
  const setText = useStudio((state) => state.setQuestion);
  const edits = useStudio((state) => state.editsLast);
  const editLast = useStudio((state) => state.editLast);
  const [left, right] = useStudio((state) => state.playgroundModels);
  const { canAskAgain, again, edit } = useAskingAgain();
  const titleOf = useModelTitles();
  const canSend = text.trim() !== '' && !asking && !atWork;
  const send = () => {
    if (!canSend) return;
    setText('');
    void commands.attempt(() => commands.ask(text.trim()));
  };
  const stop = () => void commands.attempt(() => commands.stopAnswer());
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape' && asking) stop();
    else if (event.key === 'Escape' && edits) editLast(false);
    else if (event.key === 'ArrowUp' && text === '' && canAskAgain) edit();
    else if (event.key === 'Enter' && !event.shiftKey) send();
    else return;
    event.preventDefault();
  };
  return (
    <Stack gap="xs">
      {atWork && <GpuTaken run={atWork} />}
      {edits && (
        <Group gap="xs" role="status" data-testid="editing">
          <Text size="sm">The last prompt and its responses will be replaced.</Text>
          <Button variant="subtle" size="compact-xs" onClick={() => editLast(false)}>
            Keep them
          </Button>
        </Group>
      )}
      <Group align="flex-end" gap="xs">
        <Textarea
          id={QUESTION_ID}
          flex="1 1 140px"
          autosize
          minRows={1}
          maxRows={6}
          aria-label={edits ? 'Last prompt' : 'Prompt'}
          placeholder={right === null ? `Ask ${titleOf(left)}` : 'Ask both models'}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          data-testid="ask-field"
        />
        {asking ? (
          <Button variant="default" onClick={stop} data-testid="stop-answer">
            Stop
          </Button>
        ) : (
          <>
            <Button onClick={send} disabled={!canSend} data-testid="ask">
              Ask
            </Button>
            {canAskAgain && (
              <Button
                variant="default"
                onClick={again}
                title="The last prompt, with the next seed"
                data-testid="ask-again"
              >
                Again
              </Button>
            )}
          </>
        )}
        <KeysHelp />
      </Group>
    </Stack>
  );
}
