/** Turns blind votes on, where two models are asked. */
import { Switch } from '@mantine/core';
import { useCommands, useStudio } from '../../app/studio-context';

export function BlindSwitch() {
  const blind = useStudio((state) => state.playgroundBlind);
  const setBlind = useStudio((state) => state.setBlind);
  const { newConversation } = useCommands();
  const alone = useStudio(({ playgroundModels: [, right] }) => right === null);
  const busy = useStudio((state) => state.askId !== null);
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
