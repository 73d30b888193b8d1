/** The responses of all models to every held-out prompt side by side, those that changed most for better or worse first. */
import { Group, Pagination, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { AnsweredPrompt } from '../../../protocol/evaluation';
import { formatInteger } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';
import { modelColor } from '../../primitives/model-colors';
import { changesOf, hasText, inComparisonOrder, inOrder, isKind, totalsOf, usualComparison } from './answer-changes';
import classes from './evaluation.module.css';
import { ResponsesControls, type ResponsesChoice } from './responses-controls';
import { judgesOf, judgeTitles, mostIndependent } from './judges';
import { modelTitle } from './model-names';
import { ResponseCard, ResponseRow } from './response-row';
import { signed } from './score-format';
import { useNarrow } from '../../primitives/use-narrow';

const PER_PAGE = 10;
/** In pixels; prompt, change and the two compared models fit into a window of 1024. */
const [PROMPT_WIDTH, CHANGE_WIDTH, COLUMN_WIDTH] = [220, 92, 190];

function useResponses(prompts: readonly AnsweredPrompt[]) {
  const models = useMemo(() => (prompts[0]?.responses ?? []).map(({ model }) => model), [prompts]);
  const judges = useMemo(() => judgesOf(prompts), [prompts]);
  const [chosen, setChosen] = useState<Partial<ResponsesChoice>>({});
  const choice: ResponsesChoice = {
    ...usualComparison(models, mostIndependent(judges)),
    order: 'largest',
    kind: 'all',
    text: '',
    columns: [...models],
    whole: false,
    ...chosen,
  };
  const changes = inOrder(changesOf(prompts, choice), choice.order);
  const totals = totalsOf(changes);
  const columns = inComparisonOrder(models, choice).filter((name) => choice.columns.includes(name));
  const shown = changes.filter((change) => isKind(change, choice.kind) && hasText(change, choice.text, columns));
  return { models, judges, choice, columns, totals, shown, change: setChosen };
}

function HeaderRow({ columns }: { columns: readonly string[] }) {
  return (
    <Table.Tr>
      <Table.Th w={PROMPT_WIDTH} className={classes['rowHead']}>
        Prompt
      </Table.Th>
      <Table.Th w={CHANGE_WIDTH} ta="right">
        <Group gap={2} justify="flex-end" wrap="nowrap">
          Change
          <HelpHint of="change" label="the change" />
        </Group>
      </Table.Th>
      {columns.map((model) => (
        <Table.Th key={model} style={{ borderTop: `3px solid ${modelColor(model)}` }}>
          {modelTitle(model)}
        </Table.Th>
      ))}
    </Table.Tr>
  );
}

function Summary({ choice, totals }: Pick<ReturnType<typeof useResponses>, 'choice' | 'totals'>) {
  const { model, against, judge } = choice;
  return (
    <Text size="sm" c="dimmed" className="figures" data-testid="answers-summary">
      {modelTitle(model)} against {modelTitle(against)} by the {judgeTitles[judge].toLowerCase()}:{' '}
      {formatInteger(totals.gains)} better, {formatInteger(totals.losses)} worse, {formatInteger(totals.equal)} equal
      {totals.mean !== null && `; mean change ${signed(totals.mean)}`}.
    </Text>
  );
}

type ListProps = Pick<ReturnType<typeof useResponses>, 'shown' | 'columns' | 'judges' | 'choice'>;

/** A table, or cards where the window is too narrow for columns. */
function ResponseList({ shown, columns, judges, choice }: ListProps) {
  const narrow = useNarrow();
  const shared = { columns, judges, by: choice.judge, whole: choice.whole };
  if (narrow)
    return (
      <Stack gap="sm" data-testid="answers-cards">
        {shown.map((change) => (
          <ResponseCard key={change.prompt.prompt_id} change={change} {...shared} />
        ))}
      </Stack>
    );
  return (
    <Table.ScrollContainer minWidth={PROMPT_WIDTH + CHANGE_WIDTH + COLUMN_WIDTH * columns.length}>
      <Table layout="fixed" verticalSpacing="xs" data-testid="answers-table">
        <Table.Thead>
          <HeaderRow columns={columns} />
        </Table.Thead>
        <Table.Tbody style={{ verticalAlign: 'top' }}>
          {shown.map((change) => (
            <ResponseRow key={change.prompt.prompt_id} change={change} {...shared} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

export function ResponsesTable({ prompts }: { prompts: readonly AnsweredPrompt[] }) {
  const { models, judges, choice, columns, totals, shown, change } = useResponses(prompts);
  const [page, setPage] = useState(1);
  if (prompts.length === 0) return null;
  const pages = Math.max(1, Math.ceil(shown.length / PER_PAGE));
  const current = Math.min(page, pages);
  const update = (part: Partial<ResponsesChoice>) => {
    change((before) => ({ ...before, ...part }));
    setPage(1);
  };
  return (
    <Paper component="section" aria-label="Responses" data-testid="answers">
      <Stack gap="sm">
        <div>
          <Title order={2} size="h4">
            Responses
          </Title>
          <Summary choice={choice} totals={totals} />
        </div>
        <ResponsesControls {...{ models, judges, totals, choice }} onChange={update} />
        <ResponseList
          shown={shown.slice((current - 1) * PER_PAGE, current * PER_PAGE)}
          {...{ columns, judges, choice }}
        />
        <Group justify="space-between">
          <Text size="sm" c="dimmed" className="figures" role="status" data-testid="answers-shown">
            {shown.length === 0
              ? 'No prompt fits these filters.'
              : `${formatInteger(shown.length)} of ${formatInteger(prompts.length)} prompts`}
          </Text>
          {pages > 1 && (
            <Pagination
              total={pages}
              value={current}
              onChange={setPage}
              size="sm"
              getControlProps={(control) => ({ 'aria-label': `${control} page` })}
              getItemProps={(item) => ({ 'aria-label': `Page ${item}` })}
            />
          )}
        </Group>
      </Stack>
    </Paper>
  );
}
