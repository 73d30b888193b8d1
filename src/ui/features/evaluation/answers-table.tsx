/** The answers of all models to every held-out prompt side by side, those that changed most for better or worse first. */
import { Group, Pagination, Paper, Stack, Table, Text, Title, VisuallyHidden } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { AnsweredPrompt } from '../../../protocol/evaluation';
import { formatInteger } from '../../primitives/format';
import { modelColor } from '../../primitives/model-colors';
import { changesOf, hasText, inOrder, isKind, totalsOf, usualComparison } from './answer-changes';
import { AnswerRow } from './answer-row';
import { AnswersControls, type AnswersChoice } from './answers-controls';
import { signed } from './gold-format';
import { judgesOf, judgeTitles, mostIndependent } from './judges';
import { modelTitle } from './model-names';

const PER_PAGE = 10;
const COLUMN_WIDTH = 160;

function useAnswers(prompts: readonly AnsweredPrompt[]) {
  const models = useMemo(() => (prompts[0]?.responses ?? []).map(({ model }) => model), [prompts]);
  const judges = useMemo(() => judgesOf(prompts), [prompts]);
  const [chosen, setChosen] = useState<Partial<AnswersChoice>>({});
  const choice: AnswersChoice = {
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
  const columns = models.filter((name) => choice.columns.includes(name));
  const shown = changes.filter((change) => isKind(change, choice.kind) && hasText(change, choice.text, columns));
  return { models, judges, choice, columns, totals, shown, change: setChosen };
}

function HeaderRow({ columns }: { columns: readonly string[] }) {
  return (
    <Table.Tr>
      <Table.Th w={40}>
        <VisuallyHidden>In full</VisuallyHidden>
      </Table.Th>
      <Table.Th>Prompt</Table.Th>
      <Table.Th w={88} ta="right">
        Change
      </Table.Th>
      {columns.map((model) => (
        <Table.Th key={model} style={{ borderTop: `3px solid ${modelColor(model)}` }}>
          {modelTitle(model)}
        </Table.Th>
      ))}
    </Table.Tr>
  );
}

function Summary({ choice, totals }: Pick<ReturnType<typeof useAnswers>, 'choice' | 'totals'>) {
  const { model, against, judge } = choice;
  return (
    <Text size="sm" c="dimmed" className="figures" data-testid="answers-summary">
      {modelTitle(model)} against {modelTitle(against)} by the {judgeTitles[judge].toLowerCase()}:{' '}
      {formatInteger(totals.gains)} better, {formatInteger(totals.losses)} worse, {formatInteger(totals.equal)} equal
      {totals.mean !== null && `; mean change ${signed(totals.mean)}`}.
    </Text>
  );
}

export function AnswersTable({ prompts }: { prompts: readonly AnsweredPrompt[] }) {
  const { models, judges, choice, columns, totals, shown, change } = useAnswers(prompts);
  const [page, setPage] = useState(1);
  if (prompts.length === 0) return null;
  const pages = Math.max(1, Math.ceil(shown.length / PER_PAGE));
  const current = Math.min(page, pages);
  const update = (part: Partial<AnswersChoice>) => {
    change((before) => ({ ...before, ...part }));
    setPage(1);
  };
  return (
    <Paper component="section" aria-label="Answers" data-testid="answers">
      <Stack gap="sm">
        <div>
          <Title order={3} size="h4">
            Answers
          </Title>
          <Summary choice={choice} totals={totals} />
        </div>
        <AnswersControls {...{ models, judges, totals, choice }} onChange={update} />
        <Table.ScrollContainer minWidth={304 + COLUMN_WIDTH * columns.length}>
          <Table layout="fixed" verticalSpacing="xs" style={{ verticalAlign: 'top' }} data-testid="answers-table">
            <Table.Thead>
              <HeaderRow columns={columns} />
            </Table.Thead>
            <Table.Tbody style={{ verticalAlign: 'top' }}>
              {shown.slice((current - 1) * PER_PAGE, current * PER_PAGE).map((row) => (
                <AnswerRow
                  key={row.prompt.prompt_id}
                  change={row}
                  columns={columns}
                  judges={judges}
                  by={choice.judge}
                  whole={choice.whole}
                />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
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
