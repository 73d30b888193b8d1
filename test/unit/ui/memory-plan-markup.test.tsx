/** What the memory plan says in words and numbers. Drawn without a browser: nothing is pressed. */
import { MantineProvider } from '@mantine/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { MemoryPlan } from '../../../src/protocol/memory-plan';
import { createStudioStore } from '../../../src/store/studio-store';
import { StudioProvider } from '../../../src/ui/app/studio-context';
import { Categories, MemoryPlanTable } from '../../../src/ui/features/setup/memory-plan-table';

const byCategory = { weights: 2e6, 'kept activations': 6e6 };
const stage = { kind: 'train', bytes: 8e6, byCategory, keptBlocks: 4 } as const;
const plan: MemoryPlan = { budgetBytes: 4e9, blocks: 4, refusal: null, stages: [stage] };

const studio = Object({ store: createStudioStore(), commands: {} });
const markup = (node: React.ReactNode) =>
  renderToStaticMarkup(
    <MantineProvider>
      <StudioProvider studio={studio}>{node}</StudioProvider>
    </MantineProvider>,
  );

it('a stage opens by a button, and limits that are too far for a line are named', () => {
  const html = markup(<MemoryPlanTable plan={plan} />);
  expect(html).toMatch(/aria-expanded="false"[^>]*aria-label="DPO training: memory by category"/);
  expect(html).toContain('Far beyond the bars: Budget, 4 GB · T4, 15 GB.');
  expect(html).not.toContain('data-testid="limit-budget"');
});

it('limits that are near are lines with labels', () => {
  const html = markup(<MemoryPlanTable plan={{ ...plan, budgetBytes: 10e6 }} />);
  expect(html).toMatch(/data-testid="limit-budget"[^>]*>Budget, 10 MB/);
});

it('opened, a stage lists the bytes of each category and their share', () => {
  const text = markup(<Categories stage={stage} blocks={4} />).replaceAll(/<[^>]*>/g, ' ');
  expect(text).toMatch(
    /weights .*2\.0 MB\s+25\.0%.*kept activations .*6\.0 MB\s+75\.0%.*keep their activations\s+all 4/,
  );
});
