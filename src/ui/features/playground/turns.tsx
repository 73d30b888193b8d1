/** The conversation: each question over the answers of the models beside each other, without their names until a blind vote. */
import { Button, Group, Loader, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ShownAnswer, Turn } from '../../../store/playground';
import { useStudio } from '../../app/studio-context';
import { formatInteger, formatNumber } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';
import { modelColor } from '../../primitives/model-colors';
import { useCopy } from '../../primitives/use-copy';
import { AnswerVote } from './answer-vote';
import { useModelTitles } from './use-model-titles';

/** @param hidden leaves out what tells models apart: speed and reward */
function Facts({ answer, hidden }: { answer: ShownAnswer; hidden: boolean }) {
  const { finished, tokens } = answer;
  const facts = [`${formatInteger(tokens)} tokens`];
  if (finished && finished.seconds > 0 && !hidden) facts.push(`${formatNumber(tokens / finished.seconds, 3)} tokens/s`);
  if (finished?.cut) facts.push('the beginning of the conversation did not fit');
  if (finished?.stopped) facts.push('stopped');
  else if (finished && !finished.ended) facts.push('cut at the length limit');
  return (
    <Group gap={8} className="figures">
      <Text size="xs" c="dimmed">
        {facts.join(' · ')}
      </Text>
      {finished && finished.reward !== null && !hidden && (
        <Text size="xs" data-testid="answer-reward">
          reward <b>{formatNumber(finished.reward, 3)}</b> <HelpHint of="reward_mean" label="reward" />
        </Text>
      )}
    </Group>
  );
}

function CopyAnswer({ text, title }: { text: string; title: string }) {
  const { copied, copy } = useCopy();
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      onClick={() => copy(text, 'answer.txt')}
      aria-label={`Copy the answer of ${title}`}
      data-testid="copy-answer"
    >
      {copied ? 'Copied' : 'Copy'}
    </Button>
  );
}

interface AnswerProps {
  model: string;
  /** Shown instead of the model's name, colour and reward as long as it is hidden. */
  alias: string | null;
  answer: ShownAnswer;
  waiting: boolean;
}

function Answer({ model, alias, answer, waiting }: AnswerProps) {
  const titleOf = useModelTitles();
  const title = alias ?? titleOf(model);
  const color = alias === null ? modelColor(model) : 'var(--mantine-color-default-border)';
  return (
    <Paper
      p="sm"
      style={{ borderLeft: `3px solid ${color}` }}
      aria-label={`Answer of ${title}`}
      component="section"
      data-testid="answer"
      data-model={alias ?? model}
      data-finished={answer.finished !== null}
    >
      <Group gap={8} mb={4}>
        <Text size="sm" fw={600}>
          {title}
        </Text>
        {waiting && <Loader size={14} aria-label="answering" />}
      </Group>
      <Text className="verbatim" size="sm" mih={22} data-testid="answer-text">
        {answer.text.trimStart()}
      </Text>
      <Group justify="space-between">
        <Facts answer={answer} hidden={alias !== null} />
        {answer.finished && <CopyAnswer text={answer.text.trim()} title={title} />}
      </Group>
    </Paper>
  );
}

interface TurnProps {
  turn: Turn;
  /** Place in the conversation. */
  index: number;
  models: readonly string[];
  asking: boolean;
}

function TurnView({ turn, index, models, asking }: TurnProps) {
  const { blind } = turn;
  const order = blind?.left === 1 ? [1, 0] : models.map((_, i) => i);
  const isHidden = blind !== null && blind.vote === null;
  return (
    <Stack gap="xs">
      <Text fw={600} className="verbatim" data-testid="question">
        {turn.question}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: models.length }} spacing="sm">
        {order.map((i, place) => {
          const [model, answer] = [models[i], turn.answers[i]];
          return (
            model !== undefined &&
            answer && (
              <Answer
                key={`${i} ${model}`}
                model={model}
                alias={isHidden ? (aliases[place] ?? null) : null}
                answer={answer}
                waiting={asking && answer.finished === null}
              />
            )
          );
        })}
      </SimpleGrid>
      {blind && !asking && <AnswerVote turn={turn} index={index} models={models} />}
    </Stack>
  );
}

const aliases = ['Left', 'Right'];

export function Turns() {
  const turns = useStudio((state) => state.turns);
  const [left, right] = useStudio((state) => state.playgroundModels);
  const asking = useStudio((state) => state.askId !== null);
  const models = right === null ? [left] : [left, right];
  return (
    <Stack gap="lg" aria-live="polite" aria-busy={asking} role="log" data-testid="turns">
      {turns.map((turn, i) => (
        <TurnView
          key={`${i} ${turn.question}`}
          turn={turn}
          index={i}
          models={models}
          asking={asking && i === turns.length - 1}
        />
      ))}
    </Stack>
  );
}
