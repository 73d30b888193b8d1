/**
 * Data files to a dataset, as a stream: reads every record, reports what is wrong with the bad ones, leaves out what carries
 * nothing to learn, names each item by its content, and hands items on in batches as they come. Never holds all texts at once.
 * Tokenising and splitting come later; where the items are kept is the sink's matter.
 */
import type {
  ColumnMapping,
  DatasetItem,
  DatasetKind,
  DatasetReport,
  ImportedFile,
  SplitKey,
} from '../../protocol/dataset';
import { InputError } from '../../protocol/errors';
import type { LineProblem, NamedFile } from '../../protocol/library';
import { contentHash, contentHashOf } from '../content-hash';
import { promptKey } from '../split-key';
import { mappedColumns, mappedNames, readRecord, type ParsedRecord } from './columns';
import { ReportBuilder, type Origin } from './import-report';
import { importLimits, type ImportLimits } from './limits';
import { detectMapping } from './preview';
import type { RawRecord } from './raw-record';
import { readRecords } from './read-records';

/** Items that go on together; about a megabyte of HH-RLHF. */
const BATCH = 500;
/** After so many records without a good one, the rest is not looked at. */
const HOPELESS = 1000;

/** Takes the items in their order; `keys` has one entry for each. */
export type ItemSink = (items: DatasetItem[], keys: SplitKey[]) => Promise<void>;

export interface ImportOptions {
  /** Null: what the columns seem to be. */
  mapping: ColumnMapping | null;
  limits?: ImportLimits;
  signal?: AbortSignal;
  onProgress?: (bytesDone: number, records: number) => void;
}

export interface ImportedDataset {
  /** Content hash of all items. */
  id: string;
  kind: DatasetKind;
  mapping: ColumnMapping;
  items: number;
  /** The first 20. */
  examples: DatasetItem[];
  badLines: LineProblem[];
  badLineCount: number;
  /** Records left out, by DropReason or 'duplicate'. */
  dropped: Record<string, number>;
  report: DatasetReport;
}

/**
 * Reads data files. @throws InputError when a file cannot be read, when half or more of a file's records are bad, or when
 * nothing is left; the signal's reason when it is aborted
 */
export async function importDataset(
  files: readonly NamedFile[],
  sink: ItemSink,
  options: ImportOptions,
): Promise<ImportedDataset> {
  if (files.length === 0)
    throw new InputError('No data file was chosen. Choose .jsonl, .json, .csv or .parquet files.');
  const limits = options.limits ?? importLimits;
  const mapping = options.mapping ?? (await detectMapping(files, limits));
  const collector = new Collector(mapping.kind, sink);
  const heldOut = heldOutFiles(files);
  let before = 0;
  for (const file of files) {
    const entry = collector.report.beginFile(file.path, heldOut.has(file.path));
    const read = readRecords(file, {
      limits,
      columns: mappedColumns(mapping),
      ...(options.signal && { signal: options.signal }),
      onBytes: (done) => options.onProgress?.(before + done, collector.records),
    });
    await readFile(file.path, read, mapping, entry, collector, options.signal);
    before += file.file.size;
    options.onProgress?.(before, collector.records);
  }
  return collector.finish(files, mapping);
}

async function readFile(
  path: string,
  read: AsyncGenerator<RawRecord[]>,
  mapping: ColumnMapping,
  entry: ImportedFile,
  collector: Collector,
  signal: AbortSignal | undefined,
): Promise<void> {
  const faults = { count: 0, first: null as LineProblem | null };
  for await (const batch of read) {
    signal?.throwIfAborted();
    for (const record of batch) {
      const origin = { file: path, line: record.line };
      entry.records += 1;
      collector.records += 1;
      const parsed = 'fault' in record ? badRecord(record.fault) : readRecord(record.json, mapping);
      if (parsed.kind === 'bad') {
        faults.count += 1;
        faults.first ??= { ...origin, message: parsed.message };
        collector.report.bad(origin, parsed.message);
      } else if (parsed.kind === 'dropped') collector.report.drop(origin, parsed.reason);
      else await collector.add(parsed, origin, entry);
    }
    if (faults.count >= HOPELESS && faults.count === entry.records) break;
  }
  refuseMostlyBad(path, entry.records, faults, mapping);
}

const badRecord = (message: string): ParsedRecord => ({ kind: 'bad', message });

function refuseMostlyBad(
  path: string,
  total: number,
  { count, first }: { count: number; first: LineProblem | null },
  mapping: ColumnMapping,
): void {
  if (first === null || count * 2 < total) return;
  const needed =
    mapping.kind === 'sft'
      ? `A record needs ${mappedNames(mapping)}, as text or as a message list that ends with the assistant.`
      : `A record needs ${mappedNames(mapping)}${mapping.prompt.length > 0 ? '' : ' (and a prompt, unless they are transcripts)'}, as text or message lists.`;
  throw new InputError(
    `${path}: ${count} of ${total} records cannot be used; line ${first.line}: ${first.message}. ${needed}`,
  );
}

/**
 * Files that are named as a test or validation split, as on the Hub ("test.jsonl", "test-00000-of-00001.parquet"), where there
 * are others beside them. Alone, such a file is the dataset.
 */
function heldOutFiles(files: readonly NamedFile[]): Set<string> {
  const named = files.filter(({ path }) =>
    /(^|[^a-z0-9])(test|validation|valid|val|dev|eval|held-?out)([^a-z0-9]|$)/i.test(path),
  );
  return new Set(named.length === files.length ? [] : named.map(({ path }) => path));
}

type TakenRecord = Extract<ParsedRecord, { kind: 'pair' | 'sft' }>;

/** Names, deduplicates and hands on. Keeps 32 bytes of hash an item, not its texts. */
class Collector {
  readonly report = new ReportBuilder();
  records = 0;
  private readonly ids = new Set<string>();
  private readonly heldOutIds: string[] = [];
  private readonly prompts = new Map<string, { heldOut: boolean; train: boolean }>();
  private readonly examples: DatasetItem[] = [];
  private waiting: { record: TakenRecord; origin: Origin; entry: ImportedFile }[] = [];

  constructor(
    private readonly kind: DatasetKind,
    private readonly sink: ItemSink,
  ) {}

  async add(record: TakenRecord, origin: Origin, entry: ImportedFile): Promise<void> {
    this.waiting.push({ record, origin, entry });
    if (this.waiting.length >= BATCH) await this.flush();
  }

  async finish(files: readonly NamedFile[], mapping: ColumnMapping): Promise<ImportedDataset> {
    await this.flush();
    const { report, ids, heldOutIds, prompts, kind, examples } = this;
    const { badLines, badLineCount, dropped } = report;
    if (ids.size === 0) throw nothingLeft(files, dropped);
    const both = [...prompts.values()].filter(({ heldOut, train }) => heldOut && train).length;
    const marked = heldOutIds.length === 0 ? [] : ['held-out files', ...heldOutIds];
    return {
      id: await contentHashOf([...(kind === 'sft' ? ['sft'] : []), ...ids, ...marked]),
      kind,
      mapping,
      items: ids.size,
      examples,
      badLines,
      badLineCount,
      dropped,
      report: report.finish(prompts.size, heldOutIds.length === 0 ? null : both),
    };
  }

  private async flush(): Promise<void> {
    const batch = this.waiting;
    this.waiting = [];
    const named = await Promise.all(batch.map(({ record }) => nameRecord(record)));
    const items: DatasetItem[] = [];
    const keys: SplitKey[] = [];
    named.forEach(({ item, prompt }, i) => {
      const { origin, entry } = batch[i] as (typeof batch)[number];
      this.notePrompt(prompt, entry.heldOut);
      if (this.ids.has(item.id)) return this.report.drop(origin, 'duplicate');
      this.ids.add(item.id);
      if (entry.heldOut) this.heldOutIds.push(item.id);
      entry.taken += 1;
      this.report.take(item, origin);
      if (this.examples.length < 20) this.examples.push(item);
      items.push(item);
      keys.push({ id: item.id, prompt, heldOut: entry.heldOut });
    });
    if (items.length > 0) await this.sink(items, keys);
  }

  private notePrompt(prompt: string, heldOut: boolean): void {
    const seen = this.prompts.get(prompt) ?? { heldOut: false, train: false };
    seen[heldOut ? 'heldOut' : 'train'] = true;
    this.prompts.set(prompt, seen);
  }
}

/** The id of an item: SHA-256 of prompt and responses (hex). A text without prompt is its own prompt for the split. */
async function nameRecord(record: TakenRecord): Promise<{ item: DatasetItem; prompt: string }> {
  const { prompt } = record;
  const json = JSON.stringify(prompt);
  if (record.kind === 'pair') {
    const { chosen, rejected } = record;
    const [id, key] = await Promise.all([contentHash(json, chosen, rejected), promptKey(prompt)]);
    return { item: { id, prompt, chosen, rejected }, prompt: key };
  }
  const { response } = record;
  const [id, key] = await Promise.all([
    contentHash('sft', json, response),
    promptKey(prompt === '' ? response : prompt),
  ]);
  return { item: { id, prompt, response }, prompt: key };
}

function nothingLeft(files: readonly NamedFile[], dropped: Record<string, number>): InputError {
  const reasons = Object.entries(dropped).map(([reason, number]) => `${number} ${reason}`);
  const names = files.map((file) => file.path).join(', ');
  return new InputError(`${names}: nothing usable is left (${reasons.join(', ')}). Choose other data.`);
}
