/** One held-out prompt: how the compared answers differ in score, and every model's answer. All text is shown as text. */
import { ActionIcon, Badge, Group, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { formatInteger } from '../../primitives/format';
import { ChevronIcon } from '../../primitives/icons';
import { chosenColor, rejectedColor } from '../../primitives/model-colors';
import { lastTurn } from '../../primitives/prompt-text';
import type { AnswerChange } from './answer-changes';
import { signed } from './gold-format';
import { scoreBy, type Answer, type Judge } from './judges';

const shortTitles: Readonly<Record<Judge, string>> = { reward: 'reward', referee: 'referee', gold: 'gold' };

function Scores({ answer, judges, by }: { answer: Answer; judges: readonly Judge[]; by: Judge }) {
  return (
    <Group gap={4}>
      {judges.map((judge) => (
        <Badge
          key={judge}
          size="sm"
          radius="sm"
          variant={judge === by ? 'default' : 'transparent'}
          color="gray"
          c={judge === by ? undefined : 'dimmed'}
          px={judge === by ? 6 : 2}
          tt="none"
          fw={judge === by ? 600 : 400}
          className="figures"
          title={`${shortTitles[judge]} ${scoreBy(judge, answer)}`}
          data-testid={`answer-${judge}`}
        >
          {shortTitles[judge]} {scoreBy(judge, answer)?.toFixed(2).replace('-', '−')}
        </Badge>
      ))}
    </Group>
  );
}

/** A gain in the colour of chosen, a loss in that of rejected; the sign says it too. */
export function Change({ value }: { value: number | null }) {
  if (value === null) return <Text size="sm">–</Text>;
  const color = value > 0 ? chosenColor : value < 0 ? rejectedColor : 'var(--mantine-color-dimmed)';
  return (
    <Text size="sm" fw={600} c={color} className="figures" title={String(value)} data-testid="answer-change">
      {value === 0 ? '0' : signed(value)}
    </Text>
  );
}

interface AnswerRowProps {
  change: AnswerChange;
  columns: readonly string[];
  judges: readonly Judge[];
  by: Judge;
  whole: boolean;
}

export function AnswerRow({ change: { prompt, change }, columns, judges, by, whole }: AnswerRowProps) {
  const [opened, setOpened] = useState(false);
  const lines = whole || opened ? {} : { lineClamp: 3 };
  const request = lastTurn(prompt.prompt);
  return (
    <Table.Tr data-testid="answer-row" data-prompt={prompt.prompt_id} data-change={change ?? ''}>
      <Table.Td p={4}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-expanded={whole || opened}
          aria-label={`In full: ${request.slice(0, 60)}`}
          disabled={whole}
          onClick={() => setOpened(!opened)}
          data-testid="answer-open"
        >
          <span style={{ display: 'inline-flex', transform: whole || opened ? 'rotate(90deg)' : undefined }}>
            <ChevronIcon size={16} />
          </span>
        </ActionIcon>
      </Table.Td>
      <Table.Th scope="row" fw={400}>
        <Text size="sm" className="verbatim" {...lines}>
          {opened ? prompt.prompt.trim() : request}
        </Text>
      </Table.Th>
      <Table.Td ta="right">
        <Change value={change} />
      </Table.Td>
      {columns.map((model) => (
        <Table.Td key={model} data-testid="answer">
          <AnswerText answer={prompt.responses.find((answer) => answer.model === model)} {...{ judges, by, lines }} />
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

interface AnswerTextProps {
  answer: Answer | undefined;
  judges: readonly Judge[];
  by: Judge;
  lines: { lineClamp?: number };
}

function AnswerText({ answer, judges, by, lines }: AnswerTextProps) {
  if (!answer) return <Text size="sm">–</Text>;
  const { text, tokens, ended } = answer;
  return (
    <>
      <Scores answer={answer} judges={judges} by={by} />
      <Text
        size="sm"
        mt={4}
        className="verbatim"
        title={`${formatInteger(tokens)} tokens${ended ? '' : ', cut at the length limit'}`}
        {...lines}
      >
        {text.trim() || <em>no answer</em>}
      </Text>
    </>
  );
}
