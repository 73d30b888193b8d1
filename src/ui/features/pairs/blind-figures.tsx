/** Agreement of the blind votes with the reward model and with the dataset's labels, and the votes as decisions. */
import { Group, Paper, Stack, Table, Text } from '@mantine/core';
import type { Agreement, BlindReport } from '../../../protocol/pairs';
import { useCommands, useStudio } from '../../app/studio-context';
import { ConfirmButton } from '../../primitives/confirm-button';
import { formatPercent } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';
import { kappaText } from './pair-figures';
import { useReviewFigures } from './use-review-figures';

function FigureRow({ name, testId, figures }: { name: string; testId: string; figures: Agreement }) {
  const { votes, ties, agreed, kappa, interval } = figures;
  return (
    <Table.Tr data-testid={testId} data-votes={votes} data-kappa={kappa ?? ''}>
      <Table.Td>{name}</Table.Td>
      <Table.Td>
        {votes}
        {ties > 0 ? ` (${ties} ${ties === 1 ? 'tie' : 'ties'})` : ''}
      </Table.Td>
      <Table.Td>{votes === 0 ? '–' : `${formatPercent(agreed / votes)} (${agreed} of ${votes})`}</Table.Td>
      <Table.Td>
        {kappa === null || !interval
          ? '–'
          : `${kappaText(kappa)} [${kappaText(interval.low)}, ${kappaText(interval.high)}]`}
      </Table.Td>
    </Table.Tr>
  );
}

/** Of all votes on the run's pairs, also those that the present query does not find. */
export function BlindFigures({ runId }: { runId: string }) {
  const report = useReviewFigures(runId, useCommands().blindReport);
  return report && <AgreementTable runId={runId} report={report} />;
}

export function AgreementTable({ runId, report }: { runId: string; report: BlindReport }) {
  const { adoptVotes, attempt } = useCommands();
  const notify = useStudio((state) => state.notify);
  const { reward, labels, adoptable } = report;
  const adopt = () =>
    void attempt(async () => {
      const changed = await adoptVotes(runId);
      notify(
        'info',
        `${changed} ${changed === 1 ? 'vote is now a decision' : 'votes are now decisions'}. u takes it back.`,
      );
    });
  return (
    <Paper data-testid="blind-figures">
      <Stack gap="xs">
        <Table.ScrollContainer minWidth={480}>
          <Table className="figures">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Your votes against</Table.Th>
                <Table.Th>Votes</Table.Th>
                <Table.Th>
                  Agreement <HelpHint of="agreement" label="agreement" />
                </Table.Th>
                <Table.Th>
                  Cohen’s kappa [95%] <HelpHint of="kappa" label="Cohen’s kappa" />
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              <FigureRow name="the reward model" testId="agreement-reward" figures={reward} />
              {labels.votes > 0 && <FigureRow name="the dataset’s labels" testId="agreement-labels" figures={labels} />}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        <Group justify="space-between">
          <Text size="xs" c="dimmed" maw={560}>
            All votes of this run. Kappa is the agreement beyond chance: 0 is a coin’s throw, 1 always the same. A tie
            counts as no agreement unless the rewards are equal. Votes change nothing until you make them decisions.
          </Text>
          <ConfirmButton
            label="Make the votes decisions"
            question={`Make ${adoptable} ${adoptable === 1 ? 'vote a decision' : 'votes decisions'}?`}
            consequence="A vote for the rejected response flips the pair, a tie leaves it out, any other keeps it. Undo takes all of it back."
            confirmLabel="Make decisions"
            variant="default"
            size="xs"
            disabled={adoptable === 0}
            onConfirm={adopt}
            testId="adopt-votes"
          />
        </Group>
      </Stack>
    </Paper>
  );
}
