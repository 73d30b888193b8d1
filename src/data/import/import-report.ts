/** What is found out about a dataset while it is read: counts, dropped records, lengths, near-duplicates, prompts in both splits. */
import type { DatasetItem, DatasetReport, DroppedLine, ImportedFile, NearDuplicate } from '../../protocol/dataset';
import type { Prompt } from '../../protocol/preference';
import type { LineProblem } from '../../protocol/library';
import { LengthList } from './lengths';
import { NearDuplicates } from './near-duplicates';

const MAX_LISTED = 100;
const MAX_NEAR_DUPLICATES = 20;
/** Of long prompts only the end is compared: conversations that go on share their beginnings. */
const COMPARED_PROMPT = 300;

/** Where an item was read. */
export interface Origin {
  file: string;
  line: number;
}

export class ReportBuilder {
  readonly badLines: LineProblem[] = [];
  badLineCount = 0;
  readonly dropped: Record<string, number> = {};
  private readonly droppedLines: DroppedLine[] = [];
  private readonly files: ImportedFile[] = [];
  private readonly lengths = new Map<string, LengthList>();
  private readonly nearDuplicates = new NearDuplicates();
  private readonly fileOf: number[] = [];
  private readonly lineOf: number[] = [];
  private nearDuplicateCount = 0;
  private readonly nearExamples: NearDuplicate[] = [];

  beginFile(path: string, heldOut: boolean): ImportedFile {
    const file = { path, records: 0, taken: 0, heldOut };
    this.files.push(file);
    return file;
  }

  bad(origin: Origin, message: string): void {
    this.badLineCount += 1;
    if (this.badLines.length < MAX_LISTED) this.badLines.push({ ...origin, message });
  }

  drop(origin: Origin, reason: string): void {
    this.dropped[reason] = (this.dropped[reason] ?? 0) + 1;
    if (this.droppedLines.length < MAX_LISTED) this.droppedLines.push({ ...origin, reason });
  }

  take(item: DatasetItem, { file, line }: Origin): void {
    const prompt = promptText(item.prompt);
    const responses =
      'response' in item ? { response: item.response } : { chosen: item.chosen, rejected: item.rejected };
    this.measure('prompt', prompt.length);
    for (const [name, text] of Object.entries(responses)) this.measure(name, text.length);
    const like = this.nearDuplicates.add([prompt.slice(-COMPARED_PROMPT), ...Object.values(responses)].join('\n'));
    // Items come in batches: by now another file may be at work.
    this.fileOf.push(this.files.findLastIndex(({ path }) => path === file));
    this.lineOf.push(line);
    if (like !== null) this.noteNear(file, line, like);
  }

  finish(prompts: number, promptsInBoth: number | null): DatasetReport {
    const { files, droppedLines, nearDuplicateCount, nearExamples } = this;
    const lengths = Object.fromEntries([...this.lengths].map(([name, list]) => [name, list.statistics()]));
    return {
      files,
      droppedLines,
      lengths,
      prompts,
      nearDuplicates: nearDuplicateCount,
      nearDuplicateExamples: nearExamples,
      promptsInBoth,
    };
  }

  private measure(name: string, length: number): void {
    const list = this.lengths.get(name) ?? new LengthList();
    this.lengths.set(name, list);
    list.add(length);
  }

  private noteNear(file: string, line: number, like: number): void {
    this.nearDuplicateCount += 1;
    if (this.nearExamples.length >= MAX_NEAR_DUPLICATES) return;
    const likeFile = this.files[this.fileOf[like] ?? 0]?.path ?? '';
    this.nearExamples.push({ file, line, likeFile, likeLine: this.lineOf[like] ?? 0 });
  }
}

export function promptText(prompt: Prompt): string {
  return typeof prompt === 'string' ? prompt : prompt.map(({ content }) => content).join('\n\n');
}
