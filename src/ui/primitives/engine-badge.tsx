/** Which engine computes, and how it keeps weights: "fused · fp16 native". */
import { Badge, Tooltip } from '@mantine/core';
import type { AdapterSummary } from '../../protocol/adapter';
import type { RunEngine } from '../../protocol/run-state';
import { formatInteger } from './format';

/** What a run on this adapter would be computed by. */
export function expectedEngine(
  name: RunEngine['name'],
  { features }: AdapterSummary,
): Pick<RunEngine, 'name' | 'weights'> {
  if (name === 'definition') return { name, weights: 'fp32' };
  return { name, weights: features.includes('shader-f16') ? 'fp16, native' : 'fp16, packed' };
}

export const engineLabel = ({ name, weights }: Pick<RunEngine, 'name' | 'weights'>): string =>
  `${name} · ${weights.replace(',', '')}`;

const tileTexts: Readonly<Record<NonNullable<RunEngine['tiles']>, string>> = {
  measured: 'The fastest tiles of the matmul kernels were measured at the start of this run.',
  remembered: 'The tiles of the matmul kernels are those measured earlier on this GPU.',
  kept: 'The tiles of the matmul kernels are those that this run began with, so that it goes on bit for bit.',
  default:
    'The tiles of the matmul kernels are the defaults: on a software adapter they are not measured, because its times vary too much.',
};

function explain({ name, tiles, conversion }: RunEngine): string {
  if (name === 'definition') return 'Stock tfjs operations in fp32: the slow reference.';
  const how = 'Our own kernels: weights and KV cache in fp16, all arithmetic in fp32.';
  return [how, tiles && tileTexts[tiles], conversion && conversionText(conversion)].filter(Boolean).join(' ');
}

/** What rounding the weights to fp16 cost. */
function conversionText({ flushed, subnormal }: NonNullable<RunEngine['conversion']>): string {
  if (flushed === 0 && subnormal === 0) return 'No weight lost more than rounding on its way to fp16.';
  return `On the way to fp16, ${formatInteger(flushed)} tiny weights became zero and ${formatInteger(subnormal)} lost digits; none was too large.`;
}

export function EngineBadge({ engine }: { engine: RunEngine }) {
  return (
    <Tooltip label={explain(engine)} multiline maw={420}>
      <Badge color="gray" variant="light" tt="none" tabIndex={0} data-testid="run-engine" data-tiles={engine.tiles}>
        {engineLabel(engine)}
      </Badge>
    </Tooltip>
  );
}
