/** Says when the training worker is being restarted or is gone. */
import { Alert, Button, Group, Text } from '@mantine/core';
import { useStudio } from '../../app/studio-context';

export function ConnectionBanner() {
  const connection = useStudio((state) => state.connection);
  const error = useStudio((state) => state.connectionError);
  if (connection === 'lost') {
    return (
      <Alert color="red" title="The studio’s worker is not running" mb="md" role="alert">
        <Group justify="space-between">
          <Text size="sm">{error} Finished stages and their outputs are kept.</Text>
          <Button size="xs" color="red" onClick={() => location.reload()}>
            Reload the page
          </Button>
        </Group>
      </Alert>
    );
  }
  if (connection !== 'connecting' || error === null) return null;
  return (
    <Alert color="yellow" title="Starting the studio’s worker again" mb="md" role="status">
      {error}
    </Alert>
  );
}
