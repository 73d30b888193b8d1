/** The conversation: each prompt over the responses of the models beside each other, without their names until a blind vote. */
import { Button, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import type { Turn } from '../../../store/playground';
import { useCommands, useStudio } from '../../app/studio-context';
import { AnswerCard } from './answer-card';
import { AnswerVote } from './answer-vote';
import { placesOf, progressOf } from './turn-places';
import { useAskingAgain } from './use-asking-again';
import { useModelTitles } from './use-model-titles';

interface TurnProps {
  turn: Turn;
  /** Place in the conversation. */
  index: number;
  models: readonly string[];
  /** The answers that are being asked for, in their order. */
  asked: readonly number[];
}

const aliases = ['Left', 'Right'];

function TurnView({ turn, index, models, asked }: TurnProps) {
  const titleOf = useModelTitles();
  const isLast = useStudio((state) => state.turns.length - 1 === index);
  const { attempt, regenerate } = useCommands();
  const { canRegenerate } = useAskingAgain();
  const { blind } = turn;
  const places = placesOf(turn);
  const isHidden = blind !== null && blind.vote === null;
  const shownTitle = (place: number) =>
    (isHidden ? aliases[places.indexOf(place)] : titleOf(models[place] ?? '')) ?? '';
  return (
    <Stack gap="xs">
      <Question text={turn.question} isLast={isLast} />
      <SimpleGrid cols={{ base: 1, sm: models.length }} spacing="sm">
        {places.map((place) => {
          const [model, answer] = [models[place], turn.answers[place]];
          if (model === undefined || !answer) return null;
          const progress = progressOf(turn, asked, place);
          return (
            <AnswerCard
              key={`${place} ${model}`}
              model={model}
              title={shownTitle(place)}
              hidden={isHidden}
              answer={answer}
              writing={progress.state === 'writing'}
              waitsFor={progress.state === 'waiting' ? shownTitle(progress.for) : null}
              onRegenerate={isLast && canRegenerate ? () => void attempt(() => regenerate(place)) : null}
            />
          );
        })}
      </SimpleGrid>
      {blind && asked.length === 0 && <AnswerVote turn={turn} index={index} models={models} />}
    </Stack>
  );
}

function Question({ text, isLast }: { text: string; isLast: boolean }) {
  const { canAskAgain, edit } = useAskingAgain();
  return (
    <Group justify="flex-end" align="flex-start" gap="xs" wrap="nowrap">
      {isLast && canAskAgain && (
        <Button
          variant="subtle"
          size="compact-xs"
          mt={8}
          onClick={edit}
          aria-label="Edit the last prompt"
          data-testid="edit-last"
        >
          Edit
        </Button>
      )}
      <Paper withBorder={false} px="sm" py={8} bg="var(--mantine-primary-color-light)" maw="80%">
        <Text size="sm" className="verbatim" data-testid="question">
          {text}
        </Text>
      </Paper>
    </Group>
  );
}

export function Turns() {
  const turns = useStudio((state) => state.turns);
  const [left, right] = useStudio((state) => state.playgroundModels);
  const asked = useStudio((state) => state.asked);
  const models = right === null ? [left] : [left, right];
  return (
    <Stack
      gap="lg"
      aria-live="polite"
      aria-busy={asked.length > 0}
      role="log"
      aria-label="Conversation"
      data-testid="turns"
    >
      {turns.map((turn, i) => (
        <TurnView
          key={`${i} ${turn.question}`}
          turn={turn}
          index={i}
          models={models}
          asked={i === turns.length - 1 ? asked : []}
        />
      ))}
    </Stack>
  );
}
