/** The two responses to be written anew. Ctrl+Enter keeps the texts, Escape leaves them as they were. */
import { Button, Group, Paper, SimpleGrid, Stack, Text, Textarea } from '@mantine/core';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { PairTexts } from '../../../protocol/pair-review';

interface EditFormProps {
  texts: PairTexts;
  /** The pair's own texts. */
  own: PairTexts;
  onSave: (texts: PairTexts) => void;
  onCancel: () => void;
}

/** The space before a reply belongs to the format and is put back when the text is kept. */
const withoutLead = (text: string) => text.replace(/^\s+/, '');

export function EditForm({ texts, own, onSave, onCancel }: EditFormProps) {
  const [chosen, setChosen] = useState(withoutLead(texts.chosen));
  const [rejected, setRejected] = useState(withoutLead(texts.rejected));
  const first = useRef<HTMLTextAreaElement>(null);
  useEffect(() => first.current?.focus(), []);
  const unchanged = (text: string, before: string) => (text === withoutLead(before) ? before : text);
  const save = () => onSave({ chosen: unchanged(chosen, own.chosen), rejected: unchanged(rejected, own.rejected) });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onCancel();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
  };
  const field = { autosize: true, minRows: 4, maxRows: 16, onKeyDown };
  return (
    <Paper data-testid="edit-form">
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Textarea
            {...field}
            label="Chosen"
            value={chosen}
            onChange={({ currentTarget }) => setChosen(currentTarget.value)}
            ref={first}
            data-testid="edit-chosen"
          />
          <Textarea
            {...field}
            label="Rejected"
            value={rejected}
            onChange={({ currentTarget }) => setRejected(currentTarget.value)}
            data-testid="edit-rejected"
          />
        </SimpleGrid>
        <Group gap="xs">
          <Button onClick={save} data-testid="edit-save">
            Keep the texts
          </Button>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button variant="subtle" onClick={() => onSave(own)}>
            Back to the original
          </Button>
          <Text size="xs" c="dimmed">
            Ctrl+Enter keeps, Escape cancels. The texts are tokenised when the next stage trains.
          </Text>
        </Group>
      </Stack>
    </Paper>
  );
}
