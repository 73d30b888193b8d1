/** Which GPU runs, in the header: name, whether it is software, and the precision it computes in; details on click. */
import { Badge, Group, Popover, Stack, Text, UnstyledButton } from '@mantine/core';
import type { AdapterSummary } from '../../../protocol/studio';
import { useStudio } from '../../app/studio-context';
import { formatBytes } from '../../primitives/format';

/** All arithmetic and storage of this version's engine, whatever the adapter offers. */
const precision = 'fp32';

const halfPrecision = ({ features }: AdapterSummary) =>
  features.includes('shader-f16') ? 'shader-f16 offered, not used by this version' : 'no shader-f16';

function Details({ adapter, workerKind }: { adapter: AdapterSummary; workerKind: string | null }) {
  const rows = [
    ['Vendor', adapter.vendor || 'not told'],
    ['Architecture', adapter.architecture || 'not told'],
    ['Description', adapter.description || 'not told'],
    ['Computes in', precision],
    ['Half precision', halfPrecision(adapter)],
    ['Largest buffer', formatBytes(adapter.maxBufferSize)],
    ['Worker', workerKind === 'shared' ? 'shared: a run outlives a reload' : 'dedicated: a reload interrupts a run'],
  ];
  return (
    <Stack gap={4}>
      {rows.map(([name, value]) => (
        <Group key={name} justify="space-between" wrap="nowrap" gap="lg">
          <Text size="sm" c="dimmed">
            {name}
          </Text>
          <Text size="sm" ta="right">
            {value}
          </Text>
        </Group>
      ))}
      {adapter.software && (
        <Text size="sm" mt="xs">
          A software adapter computes on the processor: results are right, but a run takes many times longer than on a
          GPU. Use the preset “smoke” to try the studio.
        </Text>
      )}
    </Stack>
  );
}

function label({ vendor, architecture }: AdapterSummary): string {
  return [vendor, architecture].filter(Boolean).join(' / ') || 'GPU';
}

export function AdapterBadge() {
  const adapter = useStudio((state) => state.adapter);
  const deviceError = useStudio((state) => state.deviceError);
  const workerKind = useStudio((state) => state.workerKind);
  if (deviceError) {
    return (
      <Badge color="red" variant="light" tt="none" data-testid="adapter">
        no WebGPU
      </Badge>
    );
  }
  if (!adapter) {
    return (
      <Badge color="gray" variant="light" tt="none" data-testid="adapter">
        looking for the GPU…
      </Badge>
    );
  }
  return (
    <Popover width={340} position="bottom-end" withArrow shadow="md">
      <Popover.Target>
        <UnstyledButton aria-label={`Adapter ${label(adapter)}. Details`} data-testid="adapter">
          <Group gap={6} wrap="nowrap">
            <Badge color={adapter.software ? 'orange' : 'teal'} variant="light" tt="none" size="lg" flex="none">
              {label(adapter)}
              {adapter.software && ' · software adapter: slow'}
            </Badge>
            <Badge color="gray" variant="light" tt="none" size="lg" flex="none" visibleFrom="md">
              {precision}
            </Badge>
          </Group>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Details adapter={adapter} workerKind={workerKind} />
      </Popover.Dropdown>
    </Popover>
  );
}
