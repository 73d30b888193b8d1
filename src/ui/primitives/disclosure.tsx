/** Details on demand: a line that opens what is below it. */
import { Collapse, Group, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { ChevronIcon } from './icons';

export function Disclosure({ label, children, testId }: { label: string; children: ReactNode; testId: string }) {
  const [opened, { toggle }] = useDisclosure(false);
  return (
    <div>
      <UnstyledButton onClick={toggle} aria-expanded={opened} data-testid={testId}>
        <Group gap={4} wrap="nowrap">
          <span style={{ display: 'inline-flex', transform: opened ? 'rotate(90deg)' : undefined }}>
            <ChevronIcon size={14} />
          </span>
          <Text size="sm">{label}</Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={opened}>{children}</Collapse>
    </div>
  );
}
