/** The answers of all models to one held-out prompt after the other, side by side, with reward and, for the demo, gold score. */
import { Badge, Group, Pagination, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { AnsweredPrompt } from '../../../protocol/evaluation';
import { formatInteger, formatNumber } from '../../primitives/format';
import { lastTurn } from '../../primitives/prompt-text';
import { modelTitle } from './model-names';

const PER_PAGE = 5;

type Answer = AnsweredPrompt['responses'][number];

function AnswerCell({ answer: { model, text, reward, gold } }: { answer: Answer }) {
  return (
    <Stack gap={4} data-testid="answer">
      <Group gap={6} wrap="wrap">
        <Text size="xs" fw={600}>
          {modelTitle(model)}
        </Text>
        <Badge size="sm" variant="light" color="blue" tt="none" className="figures">
          reward {formatNumber(reward, 3)}
        </Badge>
        {gold !== null && (
          <Badge size="sm" variant="light" color="orange" tt="none" className="figures">
            gold {formatNumber(gold, 2)}
          </Badge>
        )}
      </Group>
      <Text size="sm" className="verbatim">
        {text.trim() || <em>no answer</em>}
      </Text>
    </Stack>
  );
}

export function AnswersTable({ prompts }: { prompts: readonly AnsweredPrompt[] }) {
  const [page, setPage] = useState(1);
  const pages = Math.ceil(prompts.length / PER_PAGE);
  const shown = prompts.slice((page - 1) * PER_PAGE, page * PER_PAGE);
  if (pages === 0) return null;
  return (
    <Paper component="section" aria-label="Answers" data-testid="answers">
      <Stack gap="md">
        <Group justify="space-between">
          <div>
            <Title order={4}>Answers</Title>
            <Text size="sm" c="dimmed">
              What every model says to the same held-out prompt; {formatInteger(prompts.length)} prompts.
            </Text>
          </div>
          {pages > 1 && (
            <Pagination
              total={pages}
              value={Math.min(page, pages)}
              onChange={setPage}
              size="sm"
              getControlProps={(control) => ({ 'aria-label': `${control} page` })}
            />
          )}
        </Group>
        {shown.map(({ prompt_id: id, prompt, responses }) => (
          <Stack key={id} gap="xs" pt="sm" style={{ borderTop: '1px solid var(--studio-line)' }}>
            <Text fw={600} size="sm" className="verbatim">
              {lastTurn(prompt)}
            </Text>
            <SimpleGrid cols={{ base: 1, sm: 2, lg: Math.min(5, responses.length) }} spacing="md">
              {responses.map((answer) => (
                <AnswerCell key={answer.model} answer={answer} />
              ))}
            </SimpleGrid>
          </Stack>
        ))}
      </Stack>
    </Paper>
  );
}
