/** `npm run parity -- DIR`: the engine over a folder of reference cases; exit code 1 on any miss. */
import { openDevice } from '../../src/gpu/device';
import { createDefinitionModel } from '../../src/model/definition-model';
import { startBackend } from '../../src/ops/backend';
import { openDawn } from '../support/dawn';
import { runInBrowser } from './browser';
import { listCases, type CaseFolder } from './node-cases';
import { parseOptions, type ParityOptions } from './options';
import { formatMarkdown, formatRow, passes, type ReportRow } from './report';
import { runCase } from './run-case';

async function* runInNode(cases: CaseFolder[], { adapter, checks }: ParityOptions): AsyncGenerator<ReportRow> {
  if (adapter === 'gpu') throw new Error('--adapter gpu runs in the browser: add --browser.');
  const backend = await startBackend(await openDevice(openDawn(adapter)));
  const { vendor, architecture, description } = backend.summary;
  console.log(`adapter: ${vendor} ${architecture} ${description} (Dawn in Node), engine definition, precision fp32`);
  for (const { source, expectedFrom } of cases) {
    for await (const result of runCase(source, expectedFrom, backend, createDefinitionModel, checks))
      yield { ...result, case: source.name };
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
