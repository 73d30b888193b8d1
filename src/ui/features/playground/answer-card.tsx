/** One model's response: its text as far as it is written, what is known of it, and what can be done with it. */
import { Button, Group, Loader, Paper, Text } from '@mantine/core';
import { runOfModel } from '../../../protocol/model-name';
import type { ShownAnswer } from '../../../store/playground';
import { formatInteger } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';
import { modelColor } from '../../primitives/model-colors';
import { useCopy } from '../../primitives/use-copy';
import { rewardText } from './reward-text';

/** @param hidden leaves out what tells models apart: speed and reward */
function Facts({ answer, hidden }: { answer: ShownAnswer; hidden: boolean }) {
  const { finished, tokens } = answer;
  const remarks = [
    ...(finished?.cut ? ['the beginning of the conversation did not fit'] : []),
    ...(finished?.stopped ? ['stopped'] : []),
    ...(finished && !finished.stopped && !finished.ended ? ['cut at the length limit'] : []),
  ];
  return (
    <Group gap={8} className="figures">
      {remarks.length > 0 && (
        <Text size="xs" c="dimmed" w="100%">
          {remarks.join(' · ')}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {formatInteger(tokens)} tokens
      </Text>
      {finished && finished.seconds > 0 && !hidden && (
        <Text size="xs" c="dimmed" data-testid="answer-speed">
          {(tokens / finished.seconds).toFixed(1)} tokens/s <HelpHint of="response_speed" label="tokens/s" />
        </Text>
      )}
      {finished && finished.reward !== null && !hidden && (
        <Text size="xs" data-testid="answer-reward">
          reward <b>{rewardText(finished.reward)}</b> <HelpHint of="response_reward" label="reward" />
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
      onClick={() => copy(text, 'response.txt')}
      aria-label={`Copy the response of ${title}`}
      data-testid="copy-answer"
    >
      {copied ? 'Copied' : 'Copy'}
    </Button>
  );
}

interface AnswerCardProps {
  model: string;
  title: string;
  /** The title stands in for the model's name; its colour and figures are left out too. */
  hidden: boolean;
  answer: ShownAnswer;
  writing: boolean;
  /** Whose response comes first; null when this one is not waiting. */
  waitsFor: string | null;
  /** Asks this model alone again; null where that cannot be done. */
  onRegenerate: (() => void) | null;
}

export function AnswerCard(props: AnswerCardProps) {
  const { model, title, hidden, answer, writing, waitsFor, onRegenerate } = props;
  const color = hidden ? 'var(--mantine-color-default-border)' : modelColor(runOfModel(model)?.model ?? model);
  return (
    <Paper
      p="sm"
      style={{ borderLeft: `3px solid ${color}`, display: 'flex', flexDirection: 'column' }}
      aria-label={`Response of ${title}`}
      component="article"
      data-testid="answer"
      data-model={hidden ? title : model}
      data-finished={answer.finished !== null}
    >
      <Group gap={8} mb={4}>
        <Text size="sm" fw={600}>
          {title}
        </Text>
        {writing && <Loader size={14} aria-label="writing" />}
      </Group>
      <Text className="verbatim" size="sm" mih={waitsFor === null ? 22 : undefined} data-testid="answer-text">
        {answer.text.trimStart()}
      </Text>
      {waitsFor !== null && (
        <Text size="sm" c="dimmed" data-testid="answer-waiting">
          Waiting for {waitsFor}
        </Text>
      )}
      {(answer.tokens > 0 || answer.finished) && (
        <Group justify="space-between" align="flex-end" gap={4} mt="auto" pt={4}>
          <Facts answer={answer} hidden={hidden} />
          {answer.finished && (
            <Group gap={4}>
              {onRegenerate && (
                <Button
                  variant="subtle"
                  size="compact-xs"
                  onClick={onRegenerate}
                  aria-label={`Ask ${title} alone again`}
                  data-testid="regenerate"
                >
                  Again
                </Button>
              )}
              <CopyAnswer text={answer.text.trim()} title={title} />
            </Group>
          )}
        </Group>
      )}
    </Paper>
  );
}
