/** What an address shows that names no place of the studio: a mistyped or cut link. */
import { Button, Code, Stack, Title } from '@mantine/core';
import { EmptyState } from '../primitives/empty-state';
import { hashOf } from './hash-location';

export function UnknownPlace({ hash }: { hash: string }) {
  return (
    <Stack data-testid="unknown-page">
      <Title order={1} size="h2">
        There is no such page
      </Title>
      <EmptyState
        title="The address names no page of the studio"
        action={
          <Button component="a" href={hashOf({ page: 'runs' })} variant="default" size="xs">
            Runs
          </Button>
        }
      >
        <Code style={{ overflowWrap: 'anywhere' }}>{hash}</Code> may have been mistyped or cut short. Nothing is lost:
        the menu leads to everything that is stored.
      </EmptyState>
    </Stack>
  );
}
