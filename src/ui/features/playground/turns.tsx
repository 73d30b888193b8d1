/** The conversation: each question over the answers of the models beside each other. */
import { Button, Group, Loader, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ShownAnswer, Turn } from '../../../store/playground';
import { useStudio } from '../../app/studio-context';
import { formatInteger, formatNumber } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';
import { modelColor } from '../../primitives/model-colors';
import { useCopy } from '../../primitives/use-copy';
import { modelTitle } from '../evaluation/model-names';

function Facts({ answer }: { answer: ShownAnswer }) {
  const { finished, tokens } = answer;
  const facts = [`${formatInteger(tokens)} tokens`];
  if (finished && finished.seconds > 0) facts.push(`${formatNumber(tokens / finished.seconds, 3)} tokens/s`);
  if (finished?.cut) facts.push('the beginning of the conversation did not fit');
  if (finished?.stopped) facts.push('stopped');
  else if (finished && !finished.ended) facts.push('cut at the length limit');
  return (
    <Group gap={8} className="figures">
      <Text size="xs" c="dimmed">
        {facts.join(' · ')}
      </Text>
      {finished && finished.reward !== null && (
        <Text size="xs" data-testid="answer-reward">
          reward <b>{formatNumber(finished.reward, 3)}</b> <HelpHint of="reward_mean" label="reward" />
        </Text>
      )}
    </Group>
  );
}

function CopyAnswer({ text, model }: { text: string; model: string }) {
  const { copied, copy } = useCopy();
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      onClick={() => copy(text, 'answer.txt')}
      aria-label={`Copy the answer of ${modelTitle(model)}`}
      data-testid="copy-answer"
    >
      {copied ? 'Copied' : 'Copy'}
    </Button>
  );
}

function Answer({ model, answer, waiting }: { model: string; answer: ShownAnswer; waiting: boolean }) {
  return (
    <Paper
      p="sm"
      style={{ borderLeft: `3px solid ${modelColor(model)}` }}
      aria-label={`Answer of ${modelTitle(model)}`}
      component="section"
      data-testid="answer"
      data-model={model}
      data-finished={answer.finished !== null}
    >
      <Group gap={8} mb={4}>
        <Text size="sm" fw={600}>
          {modelTitle(model)}
        </Text>
        {waiting && <Loader size={14} aria-label="answering" />}
      </Group>
      <Text className="verbatim" size="sm" mih={22} data-testid="answer-text">
        {answer.text.trimStart()}
      </Text>
      <Group justify="space-between">
        <Facts answer={answer} />
        {answer.finished && <CopyAnswer text={answer.text.trim()} model={model} />}
      </Group>
    </Paper>
  );
}

function TurnView({ turn, models, asking }: { turn: Turn; models: readonly string[]; asking: boolean }) {
  return (
    <Stack gap="xs">
      <Text fw={600} className="verbatim" data-testid="question">
        {turn.question}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: models.length }} spacing="sm">
        {models.map((model, i) => {
          const answer = turn.answers[i];
          return (
            answer && (
              <Answer
                key={`${i} ${model}`}
                model={model}
                answer={answer}
                waiting={asking && answer.finished === null}
              />
            )
          );
        })}
      </SimpleGrid>
    </Stack>
  );
}

export function Turns() {
  const turns = useStudio((state) => state.turns);
  const [left, right] = useStudio((state) => state.playgroundModels);
  const asking = useStudio((state) => state.askId !== null);
  const models = right === null ? [left] : [left, right];
  return (
    <Stack gap="lg" aria-live="polite" aria-busy={asking} role="log">
      {turns.map((turn, i) => (
        <TurnView key={`${i} ${turn.question}`} turn={turn} models={models} asking={asking && i === turns.length - 1} />
      ))}
    </Stack>
  );
}
