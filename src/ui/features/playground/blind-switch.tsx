/** Turns blind votes on, where two models of a run are asked. */
import { Switch, Text } from '@mantine/core';
import { useCommands, useStudio } from '../../app/studio-context';

export function BlindSwitch() {
  const blind = useStudio((state) => state.playgroundBlind);
  const setBlind = useStudio((state) => state.setBlind);
  const { newConversation } = useCommands();
  const alone = useStudio(({ playgroundModels: [, right] }) => right === null);
  const busy = useStudio((state) => state.askId !== null);
  const ofRun = useStudio(({ playgroundSource }) => playgroundSource?.kind === 'run');
  if (!ofRun) {
    return (
      <Text size="xs" c="dimmed" data-testid="votes-need-run">
        Blind votes and rewards need a run: a vote becomes a pair of it, and its reward model scores the responses.
      </Text>
    );
  }
  return (
    <Switch
      label="Blind votes"
      description={
        alone
          ? 'Choose a model on the right to compare.'
          : 'The models are hidden until you say which response is better. Each vote becomes a pair of the run, and the conversation goes on with the better one.'
      }
      checked={blind && !alone}
      disabled={alone || busy}
      onChange={({ currentTarget: { checked } }) => newConversation(() => setBlind(checked))}
      data-testid="blind-switch"
    />
  );
}
