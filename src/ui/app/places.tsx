/** The page for each place of the studio. Pages are loaded when they are opened, so that the first one is there soon. */
import { Center, Loader } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { lazy, Suspense, type ReactNode } from 'react';
import type { View } from '../../store/selection';
import { ErrorBoundary } from '../primitives/error-boundary';
import { placeNames } from './place-names';
import { useStudio } from './studio-context';
import { UnknownPlace } from './unknown-place';

const ArtifactsPage = lazy(async () => ({
  default: (await import('../features/artifacts/artifacts-page')).ArtifactsPage,
}));
const ComparePage = lazy(async () => ({ default: (await import('../features/compare/compare-page')).ComparePage }));
const DemoPage = lazy(async () => ({ default: (await import('../features/demo/demo-page')).DemoPage }));
const GuidePage = lazy(async () => ({ default: (await import('../features/guide/guide-page')).GuidePage }));
const PlaygroundPage = lazy(async () => ({
  default: (await import('../features/playground/playground-page')).PlaygroundPage,
}));
const RunPage = lazy(async () => ({ default: (await import('../features/run/run-page')).RunPage }));
const RunsPage = lazy(async () => ({ default: (await import('../features/runs/runs-page')).RunsPage }));
const SetupPage = lazy(async () => ({ default: (await import('../features/setup/setup-page')).SetupPage }));
const SystemPage = lazy(async () => ({ default: (await import('../features/system/system-page')).SystemPage }));

function Waiting({ label }: { label: string }) {
  return (
    <Center mih={240}>
      <Loader aria-label={label} />
    </Center>
  );
}

function pageOf(view: View): ReactNode {
  switch (view.page) {
    case 'start':
      return <Waiting label="The studio is starting" />;
    case 'unknown':
      return <UnknownPlace hash={view.hash} />;
    case 'demo':
      return <DemoPage />;
    case 'setup':
      return <SetupPage />;
    case 'runs':
      return <RunsPage />;
    case 'playground':
      return <PlaygroundPage />;
    case 'artifacts':
      return <ArtifactsPage />;
    case 'system':
      return <SystemPage />;
    case 'guide':
      return <GuidePage />;
    case 'compare':
      return <ComparePage runIds={view.runIds} />;
    case 'run':
      return <RunPage key={view.runId} runId={view.runId} tab={view.tab} />;
  }
}

function titleOf({ page }: View): string | undefined {
  if (page === 'compare') return 'Compare runs';
  return page === 'unknown' ? 'No such page' : placeNames.find((place) => place.page === page)?.title;
}

/** The window's title: where one is, for tabs and for screen readers. */
function useTitle(view: View): void {
  const runName = useStudio(({ runs }) =>
    view.page === 'run' ? runs.find(({ id }) => id === view.runId)?.name : null,
  );
  const place = runName ?? titleOf(view);
  useDocumentTitle(place === undefined ? 'Whetstone' : `${place} · Whetstone`);
}

export function Place() {
  const view = useStudio((state) => state.view);
  useTitle(view);
  return (
    <ErrorBoundary key={view.page === 'run' ? view.runId : view.page} name="This page">
      <Suspense fallback={<Waiting label="The page is loading" />}>{pageOf(view)}</Suspense>
    </ErrorBoundary>
  );
}
