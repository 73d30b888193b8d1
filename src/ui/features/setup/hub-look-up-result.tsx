/** What a look-up found, before anything large is downloaded: size, licence, whether it can be used, memory and time. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import type { HubCache, HubLookUp } from '../../../protocol/hub';
import type { KnownPlan } from '../../../store/memory-plan';
import { useCommands, useStudio } from '../../app/studio-context';
import { FactList } from '../../primitives/fact-list';
import { formatBytes, formatCount, formatInteger, formatSeconds } from '../../primitives/format';
import { WarningIcon } from '../../primitives/icons';

function memoryText(known: KnownPlan | null): string {
  if (known === null) return '…';
  if (known.plan === null) return known.problem === null ? 'not planned' : 'cannot be planned';
  const most = Math.max(...known.plan.stages.map(({ bytes }) => bytes));
  return `${formatBytes(most)} of ${formatBytes(known.plan.budgetBytes)}`;
}

function timeText(missing: number, bytesPerSecond: number | null): string {
  if (missing === 0) return 'none: it is here';
  return bytesPerSecond === null ? 'known once it runs' : `about ${formatSeconds(missing / bytesPerSecond)}`;
}

/** Bytes that are here by now: a download may have been cut since the look-up. */
function bytesHere({ model, cachedBytes }: HubLookUp, cache: HubCache | null): number {
  const { endpoint, name, commit } = model;
  const cached = cache?.models.find(
    ({ model: one }) => one.endpoint === endpoint && one.name === name && one.commit === commit,
  );
  return cached?.bytesStored ?? cachedBytes;
}

function downloadLabel(bytes: number, cachedBytes: number): string {
  if (cachedBytes === 0) return `Download ${formatBytes(bytes)}`;
  return cachedBytes < bytes ? `Download the other ${formatBytes(bytes - cachedBytes)}` : 'Use it';
}

/** Why the model, or the present recipe on it, does not work. */
function Trouble({ found }: { found: HubLookUp }) {
  const plan = useStudio((state) => state.hubPlan);
  if (found.refusal !== null) {
    return (
      <Alert
        color="red"
        variant="light"
        icon={<WarningIcon />}
        title="It cannot be used here"
        data-testid="hub-refusal"
      >
        <Text size="sm" className="verbatim">
          {found.refusal}
        </Text>
      </Alert>
    );
  }
  const trouble = plan?.plan?.refusal ?? plan?.problem ?? null;
  if (trouble === null) return null;
  return (
    <Alert color="yellow" variant="light" icon={<WarningIcon />} title="Not with the present recipe">
      <Text size="sm">{trouble}</Text>
    </Alert>
  );
}

export function HubLookUpResult({ found }: { found: HubLookUp }) {
  const commands = useCommands();
  const plan = useStudio((state) => state.hubPlan);
  const bytesPerSecond = useStudio((state) => state.bytesPerSecond);
  const busy = useStudio(({ download }) => download !== null && download.error === null);
  const cachedBytes = useStudio((state) => bytesHere(found, state.cache));
  const { model, bytes, architecture, parameters, contextLength, refusal } = found;
  const usable = refusal === null;
  return (
    <Stack gap="sm" data-testid="hub-result">
      <Group gap={6} align="baseline">
        <Text fw={600} size="sm" className="verbatim">
          {model.name}
        </Text>
        <Text size="xs" c="dimmed" className="verbatim">
          {model.revision} · commit {model.commit.slice(0, 7)}
        </Text>
      </Group>
      <FactList
        testId="hub-facts"
        facts={[
          ['Licence', model.licence ?? 'not named'],
          ['Download', `${formatBytes(bytes)} in ${model.files.length} files`],
          ['Architecture', architecture === null ? 'unknown' : `${architecture}${usable ? '' : ', not supported'}`],
          ...(parameters === null ? [] : [['Parameters', formatCount(parameters)] as const]),
          ...(contextLength === null ? [] : [['Context', `${formatInteger(contextLength)} tokens`] as const]),
          ...(usable ? [['GPU memory, this recipe', memoryText(plan)] as const] : []),
          ...(usable ? [['Time', timeText(bytes - cachedBytes, bytesPerSecond)] as const] : []),
        ]}
      />
      <Trouble found={found} />
      {usable && !busy && (
        <Group>
          <Button
            size="xs"
            onClick={() => void commands.downloadModel(model).catch(() => {})}
            data-testid="hub-model-download"
          >
            {downloadLabel(bytes, cachedBytes)}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
