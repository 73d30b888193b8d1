/** The field to ask in, at the foot of the window wherever the page is scrolled, and the way to the newest response above it. */
import { Box, Button } from '@mantine/core';
import { useResizeObserver } from '@mantine/hooks';
import { useEffect } from 'react';
import { ChevronIcon } from '../../primitives/icons';
import { AskField } from './ask-field';

/** How much of the window's foot is taken: nothing that has the focus may lie under it, nor messages over it. */
function useFoot(height: number): void {
  useEffect(() => {
    const { style } = document.documentElement;
    style.setProperty('--studio-foot', `${height}px`);
    style.scrollPaddingBottom = `${height}px`;
    return () => {
      style.removeProperty('--studio-foot');
      style.scrollPaddingBottom = '';
    };
  }, [height]);
}

export function AskBar({ onNewest }: { onNewest: (() => void) | null }) {
  const [ref, { height, y }] = useResizeObserver<HTMLDivElement>();
  useFoot(Math.ceil(height + 2 * y));
  return (
    <Box
      ref={ref}
      pos="sticky"
      bottom={0}
      py="sm"
      bg="var(--studio-ground)"
      style={{
        zIndex: 2,
        borderTop: '1px solid var(--studio-line)',
        paddingBottom: 'calc(var(--mantine-spacing-sm) + env(safe-area-inset-bottom))',
      }}
      data-testid="ask-bar"
    >
      {onNewest && (
        <Button
          variant="default"
          size="xs"
          pos="absolute"
          top={-40}
          left="50%"
          style={{ transform: 'translateX(-50%)' }}
          leftSection={<ChevronIcon size={14} />}
          styles={{ section: { transform: 'rotate(90deg)' } }}
          onClick={onNewest}
          data-testid="newest"
        >
          Newest
        </Button>
      )}
      <AskField />
    </Box>
  );
}
