/** Bytes by category as one bar, its colours, and their legend. */
import { ColorSwatch, Group, Progress, Text, Tooltip } from '@mantine/core';
import type { MemoryByCategory } from '../../protocol/run-state';
import { formatBytes } from './format';

/** Categories in the order in which they are stacked: what is always there first. */
const colors: Readonly<Record<string, string>> = {
  weights: 'teal.6',
  adapters: 'blue.6',
  optimiser: 'indigo.5',
  'kept activations': 'orange.6',
  scratch: 'yellow.6',
  batch: 'pink.5',
  'kv cache': 'grape.6',
  readback: 'cyan.6',
  engine: 'gray.6',
  tfjs: 'lime.7',
};

const explanations: Readonly<Record<string, string>> = {
  weights: 'The base model’s weights',
  adapters: 'Trained parameters of all loaded models',
  optimiser: 'Gradient and both moments of AdamW',
  'kept activations': 'Activations kept from the forward to the backward pass',
  scratch: 'What a pass needs only for a moment',
  batch: 'Token ids and their places',
  'kv cache': 'Keys and values of the sequences that are generated',
  readback: 'Copies on their way to the processor',
  engine: 'The engine’s own tables',
  tfjs: 'Losses, reward head and small things in tfjs; the whole of the definition engine',
};

const order = Object.keys(colors);

/** Entries that take something, in stacking order; unknown ones last. */
export function memoryEntries(bytes: MemoryByCategory): [category: string, bytes: number][] {
  const place = (category: string) => (order.includes(category) ? order.indexOf(category) : order.length);
  return Object.entries(bytes)
    .filter(([, held]) => held > 0)
    .toSorted(([a], [b]) => place(a) - place(b));
}

const colorOf = (category: string): string => colors[category] ?? 'gray.5';

/** The same as CSS. */
export const swatchOf = (category: string): string => `var(--mantine-color-${colorOf(category).replace('.', '-')})`;

export const explanationOf = (category: string): string => explanations[category] ?? category;

/** @param of bytes of the whole width */
export function MemoryBar({ bytes, of, label }: { bytes: MemoryByCategory; of: number; label: string }) {
  return (
    <Progress.Root size="lg" radius="sm" aria-label={label}>
      {memoryEntries(bytes).map(([category, held]) => (
        <Tooltip key={category} label={`${category}: ${formatBytes(held)}. ${explanationOf(category)}.`}>
          <Progress.Section
            value={(100 * held) / of}
            color={colorOf(category)}
            aria-label={`${category}: ${formatBytes(held)}`}
          />
        </Tooltip>
      ))}
    </Progress.Root>
  );
}

/** A category with its colour, and what it is on hover and focus. */
export function MemoryCategory({ category }: { category: string }) {
  return (
    <Tooltip label={explanationOf(category)}>
      <Group gap={8} wrap="nowrap">
        <ColorSwatch size={10} withShadow={false} color={swatchOf(category)} />
        {category}
      </Group>
    </Tooltip>
  );
}

export function MemoryLegend({ categories }: { categories: readonly string[] }) {
  return (
    <Group gap="xs" style={{ columnGap: 14 }}>
      {categories.map((category) => (
        <Tooltip key={category} label={explanationOf(category)}>
          <Group gap={6} wrap="nowrap">
            <ColorSwatch size={10} withShadow={false} color={swatchOf(category)} />
            <Text size="xs" c="dimmed">
              {category}
            </Text>
          </Group>
        </Tooltip>
      ))}
    </Group>
  );
}
