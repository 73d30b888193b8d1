/** `npm run parity -- DIR`: the engine over a folder of reference cases; exit code 1 on any miss. */
import { openDevice } from '../../src/gpu/device';
import { openDawn } from '../support/dawn';
import { runInBrowser } from './browser';
import { openEngine } from './engines';
import { listCases, type CaseFolder } from './node-cases';
import { parseOptions, type ParityOptions } from './options';
import { formatMarkdown, formatRow, passes, type ReportRow } from './report';
import { runCase } from './run-case';

async function* runInNode(
  cases: CaseFolder[],
  { adapter, checks, engine: name, precision }: ParityOptions,
): AsyncGenerator<ReportRow> {
  if (adapter === 'gpu') throw new Error('--adapter gpu runs in the browser: add --browser.');
  const engine = await openEngine(await openDevice(openDawn(adapter)), name, precision);
  const { vendor, architecture, description } = engine.backend.summary;
  console.log(
    `adapter: ${vendor} ${architecture} ${description} (Dawn in Node), engine ${name}, precision ${precision}`,
  );
  for (const { source, expectedFrom } of cases) {
    for await (const result of runCase(source, expectedFrom, engine, checks)) yield { ...result, case: source.name };
  }
}

/** What is asked for; says what is wrong with it, without a stack, and ends. */
function asked(): { options: ParityOptions; cases: CaseFolder[] } {
  try {
    const options = parseOptions(process.argv.slice(2));
    return { options, cases: listCases(options.folder, options.cases) };
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return process.exit(1);
  }
}

async function main(): Promise<number> {
  const { options, cases } = asked();
  const rows: ReportRow[] = [];
  const started = performance.now();
  for await (const row of options.browser ? runInBrowser(cases, options) : runInNode(cases, options)) {
    rows.push(row);
    console.log(formatRow(row));
  }
  if (options.markdown) console.log(`\n${formatMarkdown(rows)}`);
  const missed = rows.filter((row) => !passes(row)).length;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`\n${cases.length} cases, ${rows.length - missed} passed, ${missed} missed, ${seconds} s`);
  return missed === 0 && rows.length > 0 ? 0 : 1;
}

try {
  process.exit(await main());
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}
