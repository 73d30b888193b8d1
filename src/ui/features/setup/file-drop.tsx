/** Choosing files by button or by dropping them: a whole folder, or single files. Leaves out what happens to them. */
import { Box, Button, Group, Text, VisuallyHidden } from '@mantine/core';
import { useRef, useState, type DragEvent } from 'react';
import { FileIcon, FolderIcon } from '../../primitives/icons';
import { chosenFiles, droppedFiles, type ChosenFiles } from '../../primitives/named-files';

/** Not in React's types: the input takes a whole folder. */
const folderOnly = { webkitdirectory: '' };

interface FileDropProps {
  /** Begins the data-testid and names the input for assistive technology. */
  id: string;
  hint: string;
  folder: boolean;
  accept?: string;
  busy: boolean;
  onChosen: (chosen: ChosenFiles) => void;
}

interface PickButtonProps extends Omit<FileDropProps, 'hint'> {
  label: string;
}

function PickButton({ id, label, folder, accept, busy, onChosen }: PickButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  const take = () => {
    const chosen = chosenFiles(input.current?.files ?? []);
    if (input.current) input.current.value = ''; // so that the same choice counts again
    if (chosen) onChosen(chosen);
  };
  return (
    <>
      <Button
        variant="default"
        size="xs"
        loading={busy}
        leftSection={folder ? <FolderIcon size={16} /> : <FileIcon size={16} />}
        onClick={() => input.current?.click()}
      >
        {label}
      </Button>
      <VisuallyHidden>
        <input
          ref={input}
          type="file"
          multiple
          {...(folder && folderOnly)}
          accept={accept}
          tabIndex={-1}
          aria-label={label}
          data-testid={folder ? `${id}-folder` : `${id}-files`}
          onChange={take}
        />
      </VisuallyHidden>
    </>
  );
}

export function FileDrop(props: FileDropProps) {
  const { hint, folder, busy, onChosen } = props;
  const [over, setOver] = useState(false);
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const chosen = await droppedFiles(event.dataTransfer);
    if (chosen && !busy) onChosen(chosen);
  };
  return (
    <Box
      p="sm"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void drop(event)}
      style={{
        border: `1px dashed ${over ? 'var(--mantine-primary-color-filled)' : 'var(--studio-line)'}`,
        borderRadius: 'var(--mantine-radius-md)',
        background: over ? 'var(--mantine-primary-color-light)' : undefined,
      }}
    >
      <Group gap="xs">
        {folder && <PickButton {...props} label="Choose folder" />}
        <PickButton {...props} folder={false} label="Choose files" />
        <Text size="xs" c="dimmed" flex={1} miw={140}>
          {hint}
        </Text>
      </Group>
    </Box>
  );
}
