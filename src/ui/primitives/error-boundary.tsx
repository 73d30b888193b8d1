/** Keeps a fault of one place from emptying the whole page: says what happened, and offers to go on. */
import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { Component, type ReactNode } from 'react';

interface Props {
  /** What is inside, for the message. */
  name: string;
  children: ReactNode;
}

export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Alert color="red" role="alert" title={`${this.props.name} cannot be shown`} data-testid="page-fault">
        <Stack gap="sm">
          <Text size="sm">
            Nothing is lost: runs go on in the background, and everything is stored. Try again, or reload the page.
          </Text>
          <Code block>{error.message}</Code>
          <Group gap="xs">
            <Button size="xs" onClick={() => this.setState({ error: null })}>
              Try again
            </Button>
            <Button size="xs" variant="default" onClick={() => location.reload()}>
              Reload
            </Button>
          </Group>
        </Stack>
      </Alert>
    );
  }
}
