/** The System page as text, to send to who can help. Holds no text of models or data, and no names of them. */
import type { AdapterSummary } from '../../../protocol/adapter';
import type { RunEngine, StageState } from '../../../protocol/run-state';
import type { StudioState } from '../../../protocol/studio';
import type { ErrorShape } from '../../../protocol/worker-error';
import { memoryTotal } from '../../../protocol/memory';
import type { HubCache } from '../../../protocol/hub';
import type { MemoryTimeline, StageSpeed, SystemReport } from '../../../protocol/system';
import { memoryEntries } from '../../primitives/memory-bar';
import { peakText } from './memory-timeline';
import { bestMatmul } from './speed-share';

export interface ReportParts {
  adapter: AdapterSummary | null;
  deviceError: ErrorShape | null;
  workerKind: StudioState['workerKind'] | null;
  system: SystemReport;
  engine: RunEngine | null;
  /** Of the latest run that trained or sampled. */
  stages: readonly StageState[];
  speeds: readonly StageSpeed[];
  /** null before it was told. */
  storage: Pick<HubCache, 'usedBytes' | 'quotaBytes' | 'persisted'> | null;
  /** The browser's own name. */
  agent: string;
}

const lastErrors = 20;
const longestKernels = 10;

/** A run's name is the person's: it is left out of the events. */
const withoutNames = (message: string): string => message.replaceAll(/“[^”]*”/g, '“…”');

function memoryLines(timeline: MemoryTimeline): string[] {
  const { samples, peak } = timeline;
  const most = samples.toSorted((a, b) => memoryTotal(b.held) - memoryTotal(a.held))[0];
  return [
    `peak: ${peak.bytes} bytes at ${new Date(peak.at).toISOString()}. ${peakText(timeline)}`,
    ...memoryEntries(most?.held ?? {}).map(([category, bytes]) => `${category} at the largest sample: ${bytes} bytes`),
    `samples: ${samples.length}`,
  ];
}

/** Of the batch of each stage that was measured, the kernels that took longest. */
function kernelLines(stages: readonly StageState[]): string[] {
  return stages.flatMap(({ id, profile }) => {
    if (!profile || profile.missing !== null) return [];
    const longest = profile.kernels
      .slice(0, longestKernels)
      .map(
        ({ kernel, dispatches, milliseconds }) =>
          `  ${kernel}: ${milliseconds.toFixed(2)} ms, ${dispatches} dispatches`,
      );
    return [`${id}, batch ${profile.batch}, ${profile.seconds.toFixed(3)} s:`, ...longest];
  });
}

function storageLines(storage: ReportParts['storage']): string[] {
  const known = (bytes: number | null) => (bytes === null ? 'not told' : `${bytes} bytes`);
  const kept = storage?.persisted ? 'kept by the browser' : 'may be cleared by the browser';
  return storage ? [`used: ${known(storage.usedBytes)} of ${known(storage.quotaBytes)}, ${kept}`] : ['not told'];
}

const orNone = (lines: readonly string[], none: string): readonly string[] => (lines.length > 0 ? lines : [none]);

export function reportText(parts: ReportParts): string {
  const { adapter, deviceError, workerKind, system, engine, agent, stages, speeds, storage } = parts;
  const { versions, selfTestAgain } = system;
  const best = bestMatmul(system);
  const errors = system.events.filter(({ level }) => level === 'error').slice(-lastErrors);
  const section = (title: string, lines: readonly string[]) => [`## ${title}`, ...lines, ''];
  return [
    '# Whetstone system report',
    '',
    ...section('Studio', [
      versions ? `Whetstone ${versions.whetstone}, engine ${versions.engine}, tfjs ${versions.tfjs}` : 'not told yet',
    ]),
    ...section('Browser', [agent, `worker: ${workerKind ?? 'not started'}`]),
    ...section(
      'Adapter',
      adapter
        ? [
            `${adapter.vendor} / ${adapter.architecture} ${adapter.description}${adapter.software ? ' (software)' : ''}`,
            `features: ${adapter.features.join(', ')}`,
          ]
        : [`none: ${deviceError?.message ?? 'still being asked for'}`],
    ),
    ...section(
      'Engine',
      engine ? [`${engine.name}, weights ${engine.weights}, tiles ${engine.tiles ?? 'none'}`] : ['no run yet'],
    ),
    ...section(
      'Limits',
      Object.entries(adapter?.limits ?? {}).map(([name, value]) => `${name}: ${value}`),
    ),
    ...section(
      'Tiles',
      system.tiles.map(
        ({ use, tile, flopsPerSecond }) => `${use}: ${tile}, ${(flopsPerSecond / 1e9).toFixed(2)} GFLOP/s`,
      ),
    ),
    ...section('Best matmul', [best === null ? 'not measured' : `${(best / 1e9).toFixed(2)} GFLOP/s`]),
    ...section(
      'Speed of the latest run that trained or sampled',
      orNone(
        speeds.map(
          ({ stage, perSecond, unit, flopsPerSecond }) =>
            `${stage}: ${perSecond.toFixed(1)} ${unit}/s, ${(flopsPerSecond / 1e9).toFixed(2)} GFLOP/s`,
        ),
        'no stage has told its speed',
      ),
    ),
    ...section('Kernel times of that run', orNone(kernelLines(stages), 'none measured')),
    ...section('Storage', storageLines(storage)),
    ...section(
      'Self-test',
      selfTestAgain?.error
        ? [`failed: ${selfTestAgain.error}`]
        : (selfTestAgain?.rows ?? engine?.selfTest ?? []).map(
            ({ kernel, error, tolerance }) => `${kernel}: ${error.toExponential(1)} of ${tolerance.toExponential(1)}`,
          ),
    ),
    ...section('GPU memory over time', system.memory ? memoryLines(system.memory) : ['no run yet']),
    ...section(
      'Errors',
      errors.map(({ at, message }) => `${new Date(at).toISOString()} ${withoutNames(message)}`),
    ),
  ].join('\n');
}
