/** A figure with its 95% interval below it, where there is one. */
import { Text } from '@mantine/core';
import type { FigureValue } from './model-figures';

export function ValueCell({ value }: { value: FigureValue | null }) {
  return (
    <>
      <Text size="sm">{value?.text ?? '–'}</Text>
      {value?.interval !== undefined && (
        <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {value.interval}
        </Text>
      )}
    </>
  );
}
