/** What became of data files: counts first; dropped and unreadable lines, lengths, near-duplicates and examples on demand. */
import { Alert, Button, Group, Stack, Table, Text } from '@mantine/core';
import type { DatasetItem, DatasetReport } from '../../../protocol/dataset';
import type { DatasetSummary } from '../../../protocol/library';
import { useCommands, useStudio } from '../../app/studio-context';
import { Disclosure } from '../../primitives/disclosure';
import { dropReasonTitle } from '../../primitives/drop-reason';
import { FactList } from '../../primitives/fact-list';
import { formatInteger } from '../../primitives/format';
import { promptText } from '../../primitives/prompt-text';
import { LengthSection } from './length-histogram';
import { TokenLengths } from './token-lengths';

interface PlacedLine {
  file: string;
  line: number;
  message: string;
}

function LineTable({ lines, testId }: { lines: readonly PlacedLine[]; testId: string }) {
  return (
    <Table.ScrollContainer minWidth={260} maxHeight={260} mt="xs">
      <Table fz="xs" data-testid={testId} verticalSpacing={2}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>File</Table.Th>
            <Table.Th>Line</Table.Th>
            <Table.Th>Problem</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map(({ file, line, message }, i) => (
            <Table.Tr key={i}>
              <Table.Td className="verbatim">{file}</Table.Td>
              <Table.Td>{line}</Table.Td>
              <Table.Td className="verbatim">{message}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const firstOf = (shown: number, count: number) => (shown < count ? ` (the first ${shown} are listed)` : '');

function BadLines({ badLines, badLineCount }: DatasetSummary) {
  if (badLineCount === 0) return null;
  const title = badLineCount === 1 ? '1 line' : `${formatInteger(badLineCount)} lines`;
  const label = `${title} could not be used${firstOf(badLines.length, badLineCount)}`;
  return (
    <Alert color="yellow" p="xs">
      <Disclosure label={label} testId="bad-lines">
        <LineTable lines={badLines} testId="bad-lines-table" />
      </Disclosure>
    </Alert>
  );
}

function DroppedLines({ dropped, report }: { dropped: Record<string, number>; report: DatasetReport }) {
  const count = Object.values(dropped).reduce((sum, number) => sum + number, 0);
  if (count === 0) return null;
  const lines = report.droppedLines.map(({ file, line, reason }) => ({ file, line, message: dropReasonTitle(reason) }));
  return (
    <Disclosure
      label={`${count === 1 ? '1 line' : `${formatInteger(count)} lines`} left out${firstOf(lines.length, count)}`}
      testId="dropped-lines"
    >
      <LineTable lines={lines} testId="dropped-lines-table" />
    </Disclosure>
  );
}

function NearDuplicates({ nearDuplicates, nearDuplicateExamples: examples }: DatasetReport) {
  if (nearDuplicates === 0) return null;
  const lines = examples.map(({ file, line, likeFile, likeLine }) => ({
    file,
    line,
    message: `like line ${likeLine}${likeFile === file ? '' : ` of ${likeFile}`}`,
  }));
  const title = nearDuplicates === 1 ? '1 near-duplicate' : `${formatInteger(nearDuplicates)} near-duplicates`;
  const label = `${title}, kept${firstOf(lines.length, nearDuplicates)}`;
  return (
    <Disclosure label={label} testId="near-duplicates">
      <Text size="xs" c="dimmed" mt={4}>
        Records of which about 80% or more of the word sequences are the same (estimated by MinHash; a few are missed).
      </Text>
      <LineTable lines={lines} testId="near-duplicates-table" />
    </Disclosure>
  );
}

function textsOf(item: DatasetItem): (readonly [string, string])[] {
  const prompt = ['Prompt', promptText(item.prompt)] as const;
  if ('response' in item) return item.prompt === '' ? [['Text', item.response]] : [prompt, ['Response', item.response]];
  return [prompt, ['Chosen', item.chosen], ['Rejected', item.rejected]];
}

function Examples({ examples }: DatasetSummary) {
  if (examples.length === 0) return null;
  return (
    <Disclosure label="Examples" testId="examples">
      <Stack gap="sm" mt="xs" mah={320} style={{ overflowY: 'auto' }} tabIndex={0} aria-label="Examples">
        {examples.map((item) => (
          <Stack key={item.id} gap={2}>
            {textsOf(item).map(([name, text]) => (
              <Text key={name} size="xs" className="verbatim">
                <b>{name}: </b>
                {text.trim()}
              </Text>
            ))}
          </Stack>
        ))}
      </Stack>
    </Disclosure>
  );
}

function Columns({ dataset }: { dataset: DatasetSummary }) {
  const commands = useCommands();
  const again = useStudio((state) => state.lastData?.datasetId === dataset.id);
  const { columns } = dataset;
  if (columns === null) return null;
  const prompt = columns.prompt.length === 0 ? [] : [`prompt from ${columns.prompt.join(' + ')}`];
  const rest =
    columns.kind === 'sft'
      ? [`response from ${columns.response}`]
      : [`chosen from ${columns.chosen}`, `rejected from ${columns.rejected}`];
  return (
    <Group gap="xs" justify="space-between" wrap="nowrap" align="flex-start">
      <Text size="xs" c="dimmed" className="verbatim" data-testid="dataset-columns">
        Columns: {[...prompt, ...rest].join(', ')}
      </Text>
      {again && (
        <Button
          variant="subtle"
          size="compact-xs"
          flex="none"
          onClick={() => void commands.attempt(() => commands.reopenData())}
          data-testid="change-columns"
        >
          Change
        </Button>
      )}
    </Group>
  );
}

function countFacts({ kind, pairs, dropped, report }: DatasetSummary): (readonly [string, string])[] {
  const reasons = Object.entries(dropped).filter(([, count]) => count > 0);
  const heldOut = report?.files.filter((file) => file.heldOut).reduce((sum, { taken }) => sum + taken, 0) ?? 0;
  return [
    [kind === 'sft' ? 'Single responses' : 'Pairs', formatInteger(pairs)],
    ...(report ? [['Different prompts', formatInteger(report.prompts)] as const] : []),
    ...(heldOut > 0 ? [['In held-out files', formatInteger(heldOut)] as const] : []),
    ...(report !== null && report.promptsInBoth !== null
      ? [['Prompts in both, not trained on', formatInteger(report.promptsInBoth)] as const]
      : []),
    ...reasons.map(([reason, count]) => [`Dropped: ${dropReasonTitle(reason)}`, formatInteger(count)] as const),
  ];
}

export function ImportReport({ dataset }: { dataset: DatasetSummary }) {
  const { report, dropped, kind } = dataset;
  return (
    <Stack gap="xs" data-testid="dataset-report">
      <FactList facts={countFacts(dataset)} />
      {kind === 'sft' && (
        <Text size="xs" c="dimmed" data-testid="sft-only">
          Single responses train SFT only: no reward model, no DPO rounds.
        </Text>
      )}
      <Columns dataset={dataset} />
      <BadLines {...dataset} />
      {report && (
        <>
          <DroppedLines dropped={dropped} report={report} />
          <NearDuplicates {...report} />
          <Disclosure label="Lengths" testId="lengths">
            <LengthSection lengths={report.lengths} unit="characters" />
            <TokenLengths datasetId={dataset.id} records={dataset.pairs} />
          </Disclosure>
        </>
      )}
      <Examples {...dataset} />
    </Stack>
  );
}
