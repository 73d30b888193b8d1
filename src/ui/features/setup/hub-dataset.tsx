/** A dataset from the Hub by its id: what it offers, which config and splits are wanted, how much that is, and the download. */
import { Box, Button, Group, MultiSelect, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { defaultEndpoint } from '../../../protocol/hub';
import type { HubDataset } from '../../../protocol/hub-dataset';
import { useCommands, useStudio } from '../../app/studio-context';
import { Disclosure } from '../../primitives/disclosure';
import { ErrorAlert } from '../../primitives/error-alert';
import { formatBytes } from '../../primitives/format';

function LookUpForm() {
  const commands = useCommands();
  const [id, setId] = useState('');
  const [endpoint, setEndpoint] = useState(defaultEndpoint);
  const [token, setToken] = useState('');
  const looking = useStudio(({ hubDataset }) => hubDataset !== null && !hubDataset.found && !hubDataset.error);
  const submit = () => commands.lookUpHubDataset({ endpoint, id, token: token.trim() === '' ? null : token.trim() });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <TextInput
          flex={1}
          size="xs"
          label="Dataset"
          placeholder="owner/name"
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
          data-testid="hub-dataset-id"
        />
        <Button
          type="submit"
          size="xs"
          variant="default"
          loading={looking}
          disabled={id.trim() === ''}
          data-testid="hub-look-up"
        >
          Look up
        </Button>
      </Group>
      <Box mt={6}>
        <Disclosure label="Address and access token" testId="hub-more">
          <Stack gap="xs" mt={4}>
            <TextInput
              size="xs"
              label="Address"
              description="A mirror of the Hub may be given here."
              value={endpoint}
              onChange={(event) => setEndpoint(event.currentTarget.value)}
              data-testid="hub-endpoint"
            />
            <PasswordInput
              size="xs"
              label="Access token"
              description="For gated datasets only. Kept until the page is left, and sent to this address alone."
              value={token}
              autoComplete="off"
              onChange={(event) => setToken(event.currentTarget.value)}
            />
          </Stack>
        </Disclosure>
      </Box>
    </form>
  );
}

function Offer({ found, onImported }: { found: HubDataset; onImported: (id: string) => void }) {
  const commands = useCommands();
  const busy = useStudio((state) => state.imports.dataset?.error === null);
  const [configName, setConfigName] = useState(found.configs[0]?.name ?? '');
  const config = found.configs.find(({ name }) => name === configName) ?? found.configs[0];
  const [chosen, setChosen] = useState<string[] | null>(null);
  const splits = config?.splits ?? [];
  const wanted = chosen ?? splits.map(({ name }) => name);
  const files = splits.filter(({ name }) => wanted.includes(name)).flatMap((split) => split.files);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const label = config === undefined || config.name === 'default' ? found.name : `${found.name} ${config.name}`;
  const take = () =>
    commands.takeHubDataset(label, files).then(
      (summary) => summary && onImported(summary.id),
      () => {},
    );
  return (
    <Stack gap="xs" data-testid="hub-offer">
      {found.converted && (
        <Text size="xs" c="dimmed">
          The Hub’s own conversion to parquet; the repository has no file that can be read.
        </Text>
      )}
      {found.configs.length > 1 && (
        <Select
          size="xs"
          label="Config"
          data={found.configs.map(({ name }) => name)}
          value={config?.name ?? null}
          allowDeselect={false}
          onChange={(name) => {
            setConfigName(name ?? '');
            setChosen(null);
          }}
          data-testid="hub-config"
        />
      )}
      <MultiSelect
        size="xs"
        label="Splits"
        description={wanted.length > 1 ? 'Test and validation splits are held out.' : undefined}
        data={splits.map(({ name }) => name)}
        value={wanted}
        onChange={setChosen}
        data-testid="hub-splits"
      />
      <Button
        size="xs"
        w="fit-content"
        disabled={files.length === 0}
        loading={busy}
        onClick={() => void take()}
        data-testid="hub-download"
      >
        Download {formatBytes(bytes)}
      </Button>
    </Stack>
  );
}

export function HubDatasetPanel({ onImported }: { onImported: (id: string) => void }) {
  const lookUp = useStudio((state) => state.hubDataset);
  return (
    <Disclosure label="From the Hugging Face Hub" testId="hub-dataset">
      <Stack gap="xs" mt="xs">
        <LookUpForm />
        {lookUp?.error && (
          <ErrorAlert title={`${lookUp.request.id} cannot be had`} error={lookUp.error} testId="hub-error" />
        )}
        {lookUp?.found && <Offer key={lookUp.found.name} found={lookUp.found} onImported={onImported} />}
      </Stack>
    </Disclosure>
  );
}
