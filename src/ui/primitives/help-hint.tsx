/** A question mark beside a figure that says what it means: on hover, focus and touch. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { glossary } from './glossary';

/** @param of the metric's name; nothing is shown for one that the glossary does not know */
export function HelpHint({ of, label }: { of: string; label: string }) {
  const text = glossary[of];
  if (text === undefined) return null;
  return (
    <Tooltip label={text} withArrow>
      <ActionIcon variant="subtle" color="gray" size={18} radius="xl" aria-label={`What is ${label}? ${text}`}>
        <span aria-hidden style={{ fontSize: 11, fontWeight: 700 }}>
          ?
        </span>
      </ActionIcon>
    </Tooltip>
  );
}
