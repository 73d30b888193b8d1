/** A button that a key presses too. */
import { Button, Kbd } from '@mantine/core';
import type { ReactNode } from 'react';

/** A key that is held must not decide about what nobody has seen. */
export const once =
  (work: () => void) =>
  ({ repeat }: KeyboardEvent): void => {
    if (!repeat) work();
  };

interface KeyButtonProps {
  /** null where the key is another button's now. */
  hotkey: string | null;
  pressed?: boolean;
  disabled?: boolean;
  title?: string;
  testId: string;
  onClick: () => void;
  children: ReactNode;
}

export function KeyButton({ hotkey, pressed, disabled, title, testId, onClick, children }: KeyButtonProps) {
  return (
    <Button
      variant={pressed ? 'light' : 'default'}
      aria-pressed={pressed}
      disabled={disabled}
      aria-keyshortcuts={hotkey ?? undefined}
      title={title}
      leftSection={hotkey !== null && <Kbd size="xs">{hotkey}</Kbd>}
      onClick={onClick}
      data-testid={testId}
    >
      {children}
    </Button>
  );
}
