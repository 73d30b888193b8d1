/**
 * The two responses to be written anew, where the review has them and under the names they stand under there: after a flip the left one
 * is the rejected one. Texts come and go in the pair's own order. Ctrl+Enter keeps them, Escape leaves them as they were.
 */
import { Button, Group, Paper, SimpleGrid, Stack, Text, Textarea } from '@mantine/core';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { PairTexts } from '../../../protocol/pair-review';

interface EditFormProps {
  texts: PairTexts;
  flipped: boolean;
  /** The pair's own texts. */
  own: PairTexts;
  onSave: (texts: PairTexts) => void;
  onCancel: () => void;
}

/** The space before a reply belongs to the format and is put back when the text is kept. */
const withoutLead = (text: string) => text.replace(/^\s+/, '');

const chosenName = { label: 'Chosen', 'data-testid': 'edit-chosen' };
const rejectedName = { label: 'Rejected', 'data-testid': 'edit-rejected' };

export function EditForm({ texts, flipped, own, onSave, onCancel }: EditFormProps) {
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
  const [left, right] = flipped ? ([rejectedName, chosenName] as const) : ([chosenName, rejectedName] as const);
  return (
    <Paper data-testid="edit-form">
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Textarea
            {...field}
            {...left}
            value={chosen}
            onChange={({ currentTarget }) => setChosen(currentTarget.value)}
            ref={first}
          />
          <Textarea
            {...field}
            {...right}
            value={rejected}
            onChange={({ currentTarget }) => setRejected(currentTarget.value)}
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
