/** Choosing which columns of data files hold what, with the first rows as they would be read. Opens when that is not clear. */
import { Alert, Button, Group, MultiSelect, Paper, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import type { ColumnMapping, PreviewRow } from '../../../protocol/dataset';
import type { DataDraft } from '../../../store/data-import';
import { useCommands, useStudio } from '../../app/studio-context';
import { dropReasonTitle } from '../../primitives/drop-reason';

const titles: Readonly<Record<string, string>> = {
  prompt: 'Prompt',
  chosen: 'Chosen',
  rejected: 'Rejected',
  response: 'Response',
};

/** What is chosen so far; a column may still be missing (''). */
function settled(draft: DataDraft): ColumnMapping {
  return draft.mapping ?? { kind: 'preference', prompt: [], chosen: '', rejected: '' };
}

function isComplete(mapping: ColumnMapping): boolean {
  if (mapping.kind === 'sft') return mapping.response !== '';
  return mapping.chosen !== '' && mapping.rejected !== '' && mapping.chosen !== mapping.rejected;
}

function ofKind(mapping: ColumnMapping, kind: string): ColumnMapping {
  const { prompt } = mapping;
  const text = mapping.kind === 'sft' ? mapping.response : mapping.chosen;
  return kind === 'sft'
    ? { kind: 'sft', prompt, response: text }
    : { kind: 'preference', prompt, chosen: text, rejected: '' };
}

function Fields({ draft, onChange }: { draft: DataDraft; onChange: (mapping: ColumnMapping) => void }) {
  const mapping = settled(draft);
  const names = draft.preview.columns.map(({ name }) => name);
  const single = (label: string, value: string, choose: (name: string) => ColumnMapping) => (
    <Select
      label={label}
      size="xs"
      data={names}
      value={value === '' ? null : value}
      placeholder="Choose a column"
      allowDeselect={false}
      onChange={(name) => name !== null && onChange(choose(name))}
      data-testid={`column-${label.toLowerCase()}`}
    />
  );
  return (
    <>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="What the data holds"
        data={[
          { value: 'preference', label: 'Preferences' },
          { value: 'sft', label: 'Single responses' },
        ]}
        value={mapping.kind}
        onChange={(kind) => onChange(ofKind(mapping, kind))}
      />
      {mapping.kind === 'sft' && (
        <Text size="xs" c="dimmed">
          Single responses train SFT only: no reward model, no DPO rounds.
        </Text>
      )}
      <MultiSelect
        label="Prompt"
        description="None when it is in the other columns; several are joined."
        size="xs"
        data={names}
        value={mapping.prompt}
        onChange={(prompt) => onChange({ ...mapping, prompt })}
        data-testid="column-prompt"
      />
      {mapping.kind === 'sft' ? (
        single('Response', mapping.response, (response) => ({ ...mapping, response }))
      ) : (
        <Group grow gap="xs">
          {single('Chosen', mapping.chosen, (chosen) => ({ ...mapping, chosen }))}
          {single('Rejected', mapping.rejected, (rejected) => ({ ...mapping, rejected }))}
        </Group>
      )}
    </>
  );
}

function Row({ line, texts, problem }: PreviewRow) {
  return (
    <Stack gap={2} data-testid="preview-row">
      <Text size="xs" c="dimmed">
        Line {line}
      </Text>
      {problem !== null && (
        <Alert color="yellow" p={6}>
          <Text size="xs" className="verbatim">
            {dropReasonTitle(problem)}
          </Text>
        </Alert>
      )}
      {Object.entries(texts ?? {})
        .filter(([name, text]) => name !== 'prompt' || text !== '')
        .map(([name, text]) => (
          <Text key={name} size="xs" className="verbatim" lineClamp={3}>
            <b>{titles[name]}: </b>
            {text.trim()}
          </Text>
        ))}
    </Stack>
  );
}

function FirstValues({ draft }: { draft: DataDraft }) {
  return (
    <Stack gap={2}>
      {draft.preview.columns.map(({ name, values }) => (
        <Text key={name} size="xs" className="verbatim" lineClamp={2}>
          <b>{name}: </b>
          {values[0]}
        </Text>
      ))}
    </Stack>
  );
}

export function ColumnMappingPanel({ onImported }: { onImported: (id: string) => void }) {
  const commands = useCommands();
  const draft = useStudio((state) => state.dataDraft);
  const close = useStudio((state) => state.setDataDraft);
  const busy = useStudio((state) => state.imports.dataset?.error === null);
  if (draft === null) return null;
  const mapping = settled(draft);
  const complete = isComplete(mapping);
  const take = () =>
    commands.importDraft().then(
      (summary) => summary && onImported(summary.id),
      () => {},
    );
  return (
    <Paper p="sm" role="group" aria-label="Columns" data-testid="column-mapping">
      <Stack gap="xs">
        <Text size="sm" fw={600} className="verbatim">
          Columns of {draft.name}
        </Text>
        <Fields draft={draft} onChange={(next) => void commands.attempt(() => commands.previewColumns(next))} />
        <Text size="xs" c="dimmed">
          {complete ? 'The first rows, as they will be read:' : 'The first row:'}
        </Text>
        <Stack gap="xs" mah={260} style={{ overflowY: 'auto' }} tabIndex={0} aria-label="Preview">
          {complete ? (
            draft.preview.rows.slice(0, 3).map((row) => <Row key={row.line} {...row} />)
          ) : (
            <FirstValues draft={draft} />
          )}
        </Stack>
        <Group gap="xs">
          <Button
            size="xs"
            disabled={!complete}
            loading={busy}
            onClick={() => void take()}
            data-testid="import-columns"
          >
            Import
          </Button>
          <Button size="xs" variant="default" disabled={busy} onClick={() => close(null)}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
