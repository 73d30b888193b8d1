/** Which GPU runs, in the header: name, whether it is software, engine and precision; details on click. */
import { Anchor, Badge, Box, Group, Popover, Stack, Text, UnstyledButton } from '@mantine/core';
import { isActive } from '../../../protocol/status';
import type { AdapterSummary } from '../../../protocol/adapter';
import type { RunEngine } from '../../../protocol/run-state';
import type { StudioStoreState } from '../../../store/studio-store';
import { hashOf } from '../../app/hash-location';
import { useStudio } from '../../app/studio-context';
import { engineLabel, expectedEngine } from '../../primitives/engine-badge';
import { formatBytes } from '../../primitives/format';

/** How halves are read on this adapter; a run's own engine is shown with the run. */
const halfPrecision = ({ features }: AdapterSummary) =>
  features.includes('shader-f16') ? 'native: shader-f16' : 'packed: two in 32 bits, no shader-f16';

function Details({ adapter, workerKind }: { adapter: AdapterSummary; workerKind: string | null }) {
  const rows = [
    ['Vendor', adapter.vendor || 'not told'],
    ['Architecture', adapter.architecture || 'not told'],
    ['Description', adapter.description || 'not told'],
    ['Arithmetic', 'fp32'],
    ['Half precision', halfPrecision(adapter)],
    ['Kernel times', adapter.features.includes('timestamp-query') ? 'can be measured' : 'no timestamp-query'],
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
          GPU. The{' '}
          <Anchor size="sm" href={hashOf({ page: 'demo' })} underline="always">
            Quick demo
          </Anchor>{' '}
          shows all of the studio in a few minutes.
        </Text>
      )}
    </Stack>
  );
}

/** Of the run that is going on, else of the recipe that is being edited. */
function shownEngine({ runs, parsed, draft }: StudioStoreState): RunEngine['name'] {
  const active = runs.find(isActive);
  const chosen = active?.recipe.engine ?? parsed.recipe?.engine ?? draft.engine;
  return chosen === 'definition' ? 'definition' : 'fused';
}

function label({ vendor, architecture }: AdapterSummary): string {
  return [vendor, architecture].filter(Boolean).join(' / ') || 'GPU';
}

/** On a narrow page the warning stays, the name gives way. */
function SoftwareLabel({ adapter }: { adapter: AdapterSummary }) {
  return (
    <>
      <Box component="span" visibleFrom="sm">
        {label(adapter)} · software adapter: slow
      </Box>
      <Box component="span" hiddenFrom="sm">
        software: slow
      </Box>
    </>
  );
}

export function AdapterBadge() {
  const adapter = useStudio((state) => state.adapter);
  const deviceError = useStudio((state) => state.deviceError);
  const workerKind = useStudio((state) => state.workerKind);
  const engine = useStudio(shownEngine);
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
        <UnstyledButton
          aria-label={`Adapter ${label(adapter)}${adapter.software ? ', software: slow' : ''}. Details`}
          data-testid="adapter"
        >
          <Group gap={6} wrap="nowrap">
            <Badge color={adapter.software ? 'orange' : 'teal'} variant="light" tt="none" size="lg" flex="none">
              {adapter.software ? <SoftwareLabel adapter={adapter} /> : label(adapter)}
            </Badge>
            <Badge
              color="gray"
              variant="light"
              tt="none"
              size="lg"
              flex="none"
              visibleFrom="md"
              data-testid="engine-precision"
            >
              {engineLabel(expectedEngine(engine, adapter))}
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
