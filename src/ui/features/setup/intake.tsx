/** The way into the library from files of this computer, for each kind of thing that a run takes. */
import { Group, Loader, Text } from '@mantine/core';
import type { StudioCommands } from '../../../store/commands';
import type { ImportKind } from '../../../store/setup';
import { useCommands, useStudio } from '../../app/studio-context';
import { ErrorAlert } from '../../primitives/error-alert';
import type { ChosenFiles } from '../../primitives/named-files';
import { FileDrop } from './file-drop';

interface IntakeOfKind {
  hint: string;
  folder: boolean;
  accept?: string;
  /** null when the person has to decide something first. */
  take(commands: StudioCommands, chosen: ChosenFiles): Promise<{ id: string } | null>;
}

const intakes: Readonly<Record<ImportKind, IntakeOfKind>> = {
  model: {
    hint: 'or drop a Hugging Face folder here: config.json, tokenizer.json, *.safetensors',
    folder: true,
    take: (commands, { name, files }) => commands.importModel(name, files),
  },
  dataset: {
    hint: 'or drop .jsonl, .json, .csv or .parquet here (also .gz): preferences, or single responses for SFT',
    folder: false,
    accept: '.jsonl,.ndjson,.json,.csv,.tsv,.parquet,.gz',
    take: (commands, { name, files }) => commands.chooseData(name, files),
  },
  adapter: {
    hint: 'or drop a PEFT folder here: adapter_config.json, adapter_model.safetensors',
    folder: true,
    take: (commands, { name, files }) => commands.importAdapter(name, files),
  },
};

function ImportStatus({ kind }: { kind: ImportKind }) {
  const progress = useStudio((state) => state.imports[kind]);
  if (!progress) return null;
  if (progress.error) {
    return <ErrorAlert title={`${progress.name} cannot be used`} error={progress.error} testId={`${kind}-error`} />;
  }
  return (
    <Group gap="xs" role="status">
      <Loader size="xs" />
      <Text size="sm">Reading and checking {progress.name}…</Text>
    </Group>
  );
}

interface IntakeProps {
  kind: ImportKind;
  onImported?: (id: string) => void;
}

export function Intake({ kind, onImported }: IntakeProps) {
  const commands = useCommands();
  const busy = useStudio((state) => state.imports[kind]?.error === null);
  const { hint, folder, accept, take } = intakes[kind];
  // A failed import is shown at its place by ImportStatus.
  const chosen = (files: ChosenFiles) =>
    void take(commands, files).then(
      (item) => item && onImported?.(item.id),
      () => {},
    );
  return (
    <>
      <FileDrop
        id={kind}
        hint={hint}
        folder={folder}
        {...(accept !== undefined && { accept })}
        busy={busy}
        onChosen={chosen}
      />
      <ImportStatus kind={kind} />
    </>
  );
}
