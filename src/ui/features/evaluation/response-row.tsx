/**
 * One held-out prompt: how the compared responses differ in score, and every model's response; as a row of the table, or as a card
 * where there is no room for columns. All text is shown as text.
 */
import { ActionIcon, Badge, Group, Paper, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { formatInteger } from '../../primitives/format';
import { ChevronIcon } from '../../primitives/icons';
import { modelColor } from '../../primitives/model-colors';
import { conversation, lastTurn } from '../../primitives/prompt-text';
import type { AnswerChange } from './answer-changes';
import classes from './evaluation.module.css';
import { scoreBy, type Answer, type Judge } from './judges';
import { modelTitle } from './model-names';
import { scoreText, signed } from './score-format';

const shortTitles: Readonly<Record<Judge, string>> = { reward: 'reward', referee: 'referee', gold: 'gold' };

function Scores({ answer, judges, by }: { answer: Answer; judges: readonly Judge[]; by: Judge }) {
  return (
    <Group gap={4}>
      {judges.map((judge) => {
        const score = scoreBy(judge, answer);
        return (
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
            data-testid={`answer-${judge}`}
          >
            {shortTitles[judge]} {score === null ? '–' : scoreText(score)}
          </Badge>
        );
      })}
    </Group>
  );
}

/** The sign says whether it is a gain or a loss; colours stay with the models. */
export function Change({ value }: { value: number | null }) {
  return (
    <Text
      size="sm"
      fw={600}
      c={value === null || value === 0 ? 'dimmed' : undefined}
      className="figures"
      data-testid="answer-change"
    >
      {value === null ? '–' : value === 0 ? '0' : signed(value)}
    </Text>
  );
}

interface ResponseRowProps {
  change: AnswerChange;
  columns: readonly string[];
  judges: readonly Judge[];
  by: Judge;
  whole: boolean;
}

interface PromptProps {
  prompt: string;
  opened: boolean;
  /** All rows are in full: this one cannot be closed. */
  whole: boolean;
  onToggle: () => void;
}

function Prompt({ prompt, opened, whole, onToggle }: PromptProps) {
  const request = lastTurn(prompt);
  return (
    <Group gap={4} wrap="nowrap" align="flex-start">
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-expanded={opened}
        aria-label={`In full: ${request.slice(0, 60)}`}
        disabled={whole}
        onClick={onToggle}
        data-testid="answer-open"
      >
        <span style={{ display: 'inline-flex', transform: opened ? 'rotate(90deg)' : undefined }}>
          <ChevronIcon size={16} />
        </span>
      </ActionIcon>
      <Text size="sm" className="verbatim" flex={1} {...(opened ? {} : { lineClamp: 3 })}>
        {opened ? conversation(prompt) : request}
      </Text>
    </Group>
  );
}

interface ResponseTextProps {
  answer: Answer | undefined;
  judges: readonly Judge[];
  by: Judge;
  opened: boolean;
}

function ResponseText({ answer, judges, by, opened }: ResponseTextProps) {
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
        {...(opened ? {} : { lineClamp: 3 })}
      >
        {text.trim() || <em>no response</em>}
      </Text>
    </>
  );
}

/** What row and card share. */
function useRow({ change: { prompt, change }, whole }: ResponseRowProps) {
  const [unfolded, setUnfolded] = useState(false);
  const opened = whole || unfolded;
  const facts = { 'data-testid': 'answer-row', 'data-prompt': prompt.prompt_id, 'data-change': change ?? '' };
  const title = <Prompt prompt={prompt.prompt} opened={opened} whole={whole} onToggle={() => setUnfolded(!unfolded)} />;
  const answerOf = (model: string) => prompt.responses.find((answer) => answer.model === model);
  return { opened, facts, title, answerOf };
}

export function ResponseRow(props: ResponseRowProps) {
  const { opened, facts, title, answerOf } = useRow(props);
  const { columns, judges, by, change } = props;
  return (
    <Table.Tr {...facts}>
      <Table.Th scope="row" fw={400} className={classes['rowHead']}>
        {title}
      </Table.Th>
      <Table.Td ta="right">
        <Change value={change.change} />
      </Table.Td>
      {columns.map((model) => (
        <Table.Td key={model} data-testid="answer" data-model={model}>
          <ResponseText answer={answerOf(model)} {...{ judges, by, opened }} />
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

export function ResponseCard(props: ResponseRowProps) {
  const { opened, facts, title, answerOf } = useRow(props);
  const { columns, judges, by, change } = props;
  return (
    <Paper component="article" p="sm" {...facts}>
      <Stack gap="sm">
        {title}
        <Group gap={6}>
          <Text size="xs" c="dimmed">
            Change
          </Text>
          <Change value={change.change} />
        </Group>
        {columns.map((model) => (
          <div
            key={model}
            style={{ borderLeft: `3px solid ${modelColor(model)}`, paddingLeft: 8 }}
            data-testid="answer"
            data-model={model}
          >
            <Text size="xs" fw={600}>
              {modelTitle(model)}
            </Text>
            <ResponseText answer={answerOf(model)} {...{ judges, by, opened }} />
          </div>
        ))}
      </Stack>
    </Paper>
  );
}
