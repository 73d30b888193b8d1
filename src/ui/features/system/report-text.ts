/** The System page as text, to send to who can help. Holds no text of models or data, and no names of them. */
import type { AdapterSummary, ErrorShape, RunEngine, StudioState } from '../../../protocol/studio';
import type { SystemReport } from '../../../protocol/system';

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
      (engine?.selfTest ?? []).map(
        ({ kernel, error, tolerance }) => `${kernel}: ${error.toExponential(1)} of ${tolerance.toExponential(1)}`,
      ),
    ),
    ...section(
      'Errors',
      errors.map(({ at, message }) => `${new Date(at).toISOString()} ${withoutNames(message)}`),
    ),
  ].join('\n');
}
