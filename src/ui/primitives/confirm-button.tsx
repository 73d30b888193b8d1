/** A button that asks before it does something that cannot be undone. */
import { Button, Group, Modal, Text, Tooltip, type ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';

interface ConfirmButtonProps extends ButtonProps {
  /** An icon needs `ariaLabel`, which its tooltip shows too. */
  label: ReactNode;
  question: string;
  /** What will happen, and what stays. */
  consequence: string;
  confirmLabel: string;
  onConfirm: () => void;
  testId?: string;
  ariaLabel?: string;
}

export function ConfirmButton(props: ConfirmButtonProps) {
  const { label, question, consequence, confirmLabel, onConfirm, testId, ariaLabel, ...button } = props;
  const [opened, { open, close }] = useDisclosure(false);
  const confirm = () => {
    close();
    onConfirm();
  };
  return (
    <>
      <Tooltip label={ariaLabel} disabled={typeof label === 'string'}>
        <Button {...button} onClick={open} data-testid={testId} aria-label={ariaLabel}>
          {label}
        </Button>
      </Tooltip>
      <Modal opened={opened} onClose={close} title={question} centered closeButtonProps={{ 'aria-label': 'Close' }}>
        <Text size="sm" mb="lg">
          {consequence}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            Keep
          </Button>
          <Button color="red" onClick={confirm} data-testid={testId && `${testId}-confirm`}>
            {confirmLabel}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
