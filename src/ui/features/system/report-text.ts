/** The System page as text, to send to who can help. Holds no text of models or data, and no names of them. */
import type { AdapterSummary, ErrorShape, RunEngine, StudioState } from '../../../protocol/studio';
import { memoryTotal } from '../../../protocol/memory';
import type { MemoryTimeline, SystemReport } from '../../../protocol/system';
import { memoryEntries } from '../../primitives/memory-bar';
import { peakText } from './memory-timeline';

export interface ReportParts {
  adapter: AdapterSummary | null;
  deviceError: ErrorShape | null;
  workerKind: StudioState['workerKind'] | null;
  system: SystemReport;
  engine: RunEngine | null;
  /** The browser's own name. */
  agent: string;
}

const lastErrors = 20;

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

export function reportText({ adapter, deviceError, workerKind, system, engine, agent }: ReportParts): string {
  const errors = system.events.filter(({ level }) => level === 'error').slice(-lastErrors);
  const section = (title: string, lines: readonly string[]) => [`## ${title}`, ...lines, ''];
  return [
    '# Whetstone system report',
    '',
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
    ...section(
      'Self-test',
      (system.selfTestAgain?.rows ?? engine?.selfTest ?? []).map(
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
