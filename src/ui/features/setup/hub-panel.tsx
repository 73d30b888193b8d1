/** A model of a Hub: its id, where to ask, what a look-up found, and the download. Nothing is asked before a button is pressed. */
import { Button, Group, Loader, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { defaultEndpoint } from '../../../protocol/hub';
import { useCommands, useStudio } from '../../app/studio-context';
import { Disclosure } from '../../primitives/disclosure';
import { ErrorAlert } from '../../primitives/error-alert';
import { HubDownloadBar } from './hub-download-bar';
import { HubLookUpResult } from './hub-look-up-result';

function HubAccess() {
  const endpoint = useStudio((state) => state.hubEndpoint);
  const token = useStudio((state) => state.hubToken);
  const setEndpoint = useStudio((state) => state.setHubEndpoint);
  const setToken = useStudio((state) => state.setHubToken);
  return (
    <Disclosure label="Address and access token" testId="hub-model-access">
      <Stack gap="xs" pt="xs">
        <TextInput
          size="xs"
          label="Address"
          description="Of the Hub, or of a mirror of it"
          placeholder={defaultEndpoint}
          value={endpoint}
          onChange={(event) => setEndpoint(event.currentTarget.value)}
          data-testid="hub-model-endpoint"
        />
        <PasswordInput
          size="xs"
          label="Access token"
          description="For gated models. Sent to this address alone, and forgotten when the page is closed."
          autoComplete="off"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          data-testid="hub-model-token"
        />
      </Stack>
    </Disclosure>
  );
}

function HubForm() {
  const commands = useCommands();
  const [id, setId] = useState('');
  const busy = useStudio(({ lookUp }) => lookUp !== null && lookUp.found === null && lookUp.error === null);
  const ask = (event: FormEvent) => {
    event.preventDefault();
    // A failure is shown below the form.
    void commands.lookUpModel(id).catch(() => {});
  };
  return (
    <form onSubmit={ask}>
      <Group gap="xs" wrap="nowrap">
        <TextInput
          flex={1}
          aria-label="Model id on the Hub"
          placeholder="owner/name or owner/name@revision"
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
          spellCheck={false}
          autoComplete="off"
          data-testid="hub-model-id"
        />
        <Button
          type="submit"
          variant="default"
          loading={busy}
          disabled={id.trim() === ''}
          data-testid="hub-model-look-up"
        >
          Look up
        </Button>
      </Group>
    </form>
  );
}

function Answer() {
  const lookUp = useStudio((state) => state.lookUp);
  if (lookUp === null) {
    return (
      <Text size="xs" c="dimmed">
        A look-up asks the Hub for the model’s size, licence and architecture. Weights are fetched when you download
        them.
      </Text>
    );
  }
  if (lookUp.error)
    return <ErrorAlert title={`${lookUp.id} was not found`} error={lookUp.error} testId="hub-model-error" />;
  if (lookUp.found) return <HubLookUpResult found={lookUp.found} />;
  return (
    <Group gap="xs" role="status">
      <Loader size="xs" />
      <Text size="sm">Asking about {lookUp.id}…</Text>
    </Group>
  );
}

export function HubPanel() {
  return (
    <Stack gap="sm">
      <HubForm />
      <HubAccess />
      <Answer />
      <HubDownloadBar />
    </Stack>
  );
}
