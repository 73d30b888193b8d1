/** What the Artifacts and System pages put on the page, for eyes and for screen readers. Drawn without a browser: nothing is pressed. */
import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { MemoryTimeline } from '../../../src/protocol/system';
import { createStudioStore } from '../../../src/store/studio-store';
import { StudioProvider } from '../../../src/ui/app/studio-context';
import { groupArtifacts } from '../../../src/ui/features/artifacts/artifact-order';
import { artifactRows, type Stored } from '../../../src/ui/features/artifacts/artifact-rows';
import { ArtifactTable } from '../../../src/ui/features/artifacts/artifact-table';
import { MemoryTimelineChart } from '../../../src/ui/features/system/memory-timeline-chart';
import { SelfTestCard } from '../../../src/ui/features/system/self-test-card';
import { datasetSummary } from '../../support/stored-records';
import { runOf } from '../store/fixtures';

const studio = Object({ store: createStudioStore(), commands: {} });
const markup = (node: ReactNode): string =>
  renderToStaticMarkup(
    <MantineProvider>
      <StudioProvider studio={studio}>{node}</StudioProvider>
    </MantineProvider>,
  );

const table = (stored: Partial<Stored>) => {
  const rows = artifactRows({ models: [], datasets: [], importedAdapters: [], runs: [], ...stored });
  return <ArtifactTable groups={groupArtifacts(rows, 'none')} />;
};

it('a stored dataset shows its hash shortened with a button that copies it, its bytes and its rows', () => {
  const id = '0123456789abcdef'.repeat(4);
  const datasets = [datasetSummary(id, { name: 'my data', pairs: 1200, bytes: 34_000 })];
  const html = markup(table({ datasets }));
  expect(html).toContain('>0123456789</code>');
  expect(html).toContain('aria-label="Copy the content hash of my data"');
  expect(html).toContain('34.0 kB');
  expect(html).toContain('1,200 rows');
  for (const what of ['Show where my data comes from', 'Export my data', 'Delete my data'])
    expect(html).toContain(`aria-label="${what}"`);
});

it('what a run made offers its provenance, closed at first, and is handed over from there', () => {
  const runs = [runOf({ outputs: [{ path: 'sft_model/adapter_config.json', bytes: 4 }] })];
  const html = markup(table({ runs }));
  expect(html).toContain('aria-label="Show where sft_model comes from"');
  expect(html).toContain('aria-expanded="false"');
  expect(html).toMatch(/<button[^>]*aria-label="Export sft_model of [^"]+"/);
});

it('memory over time is told in words, with a legend of its categories; before any run there is a remark', () => {
  const timeline: MemoryTimeline = {
    runId: 'r',
    budgetBytes: 1e6,
    samples: [{ at: 1, stage: 'sft', held: { weights: 100_000, 'kv cache': 5000 } }],
    peak: { at: 1, stage: 'sft', bytes: 105_000 },
  };
  const html = markup(<MemoryTimelineChart timeline={timeline} runName="mine" />);
  expect(html).toMatch(/<figure[^>]*aria-label="GPU memory over time\. [^"]*At most 105 kB[^"]*kv cache 5\.0 kB/);
  expect(html).toMatch(/>weights<.*>kv cache</);
  const empty = markup(<MemoryTimelineChart timeline={null} runName={undefined} />);
  expect(empty).toContain('No run has worked in this browser yet');
});

it('the self-test of a request takes the place of the run’s own, unless it was another run’s', () => {
  const engine = { name: 'fused', weights: 'fp16, packed', tiles: null, conversion: null } as const;
  const row = (kernel: string) => ({ kernel, error: 0, tolerance: 1e-5 });
  const run = runOf({ id: 'r', engine: { ...engine, selfTest: [row('own-kernel')] } });
  const card = (runId: string, error: string | null = null) =>
    markup(<SelfTestCard run={run} again={{ runId, at: 1, rows: [row('again-kernel')], error }} onTested={() => {}} />);
  expect(card('r')).toContain('again-kernel');
  expect(card('other')).toContain('own-kernel');
  expect(card('other')).not.toContain('again-kernel');
  expect(card('r')).toContain('1 kernels, all right');
  const failed = card('r', 'The kernel norm gives wrong results.');
  expect(failed).toContain('The kernel norm gives wrong results.');
  expect(failed).not.toMatch(/all right|own-kernel/);
});
