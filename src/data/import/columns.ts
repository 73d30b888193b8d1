/**
 * Which column of a data file is what: guessed from names that data sets are known to use, and applied to records. A person
 * may choose otherwise; what a record's texts must be like is in preference-schema.ts and sft-schema.ts.
 */
import type { ColumnMapping } from '../../protocol/dataset';
import { looksLikeMessages } from '../messages-schema';
import { parsePreference, type ParsedPreference } from '../preference-schema';
import { parseSft, type ParsedSft } from '../sft-schema';

/** The column of a record that is no object but a text by itself. */
const TEXT_COLUMN = 'text';

const chosenNames = ['chosen', 'chosen_response', 'response_chosen', 'preferred', 'accepted', 'response_j', 'winner'];
const rejectedNames = [
  'rejected',
  'rejected_response',
  'response_rejected',
  'dispreferred',
  'non_preferred',
  'response_k',
  'loser',
];
const promptNames = ['prompt', 'question', 'instruction', 'query', 'context', 'input', 'problem', 'user'];
const responseNames = ['completion', 'response', 'output', 'answer', 'reply', 'assistant', 'solution', 'target'];
const conversationNames = ['messages', 'conversations', 'conversation'];
const textNames = ['text', 'content', 'story', 'document', 'body'];

/** A record by columns; null for what has none. */
export function columnsOf(json: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof json === 'string') return { [TEXT_COLUMN]: json };
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null;
  return json as Readonly<Record<string, unknown>>;
}

/** All column names of the records, in the order in which they come. */
export function columnNames(records: readonly unknown[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(columnsOf(record) ?? {})))];
}

/** What the columns seem to be, from the first records; null when that is not clear. */
export function detectColumns(records: readonly unknown[]): ColumnMapping | null {
  const names = columnNames(records);
  const find = (known: readonly string[]) => {
    const wanted = known.find((name) => names.some((own) => own.toLowerCase() === name));
    return names.find((own) => own.toLowerCase() === wanted);
  };
  const prompt = promptColumns(names, find(promptNames));
  const [chosen, rejected] = [find(chosenNames), find(rejectedNames)];
  if (chosen !== undefined && rejected !== undefined) return { kind: 'preference', prompt, chosen, rejected };
  if (chosen !== undefined || rejected !== undefined) return null;
  const conversation = find(conversationNames);
  if (conversation !== undefined && records.some((record) => looksLikeMessages(columnsOf(record)?.[conversation]))) {
    return { kind: 'sft', prompt: [], response: conversation };
  }
  const response = find(responseNames);
  if (response !== undefined) return prompt.length > 0 ? { kind: 'sft', prompt, response } : null;
  const text = find(textNames);
  return text === undefined ? null : { kind: 'sft', prompt: [], response: text };
}

/** Alpaca's "instruction" goes on in "input"; elsewhere one column is the prompt. */
function promptColumns(names: readonly string[], prompt: string | undefined): string[] {
  if (prompt === undefined) return [];
  const rest = names.find((name) => name.toLowerCase() === 'input');
  return prompt.toLowerCase() === 'instruction' && rest !== undefined ? [prompt, rest] : [prompt];
}

export type ParsedRecord = ParsedPreference | ParsedSft;

/** Reads a record by the mapping. Faults of the record are returned, not thrown. */
export function readRecord(json: unknown, mapping: ColumnMapping): ParsedRecord {
  const columns = columnsOf(json);
  if (columns === null) return { kind: 'bad', message: `expected an object with the columns ${mappedNames(mapping)}` };
  const prompt = joinPrompt(mapping.prompt.map((name) => columns[name]));
  if (mapping.kind === 'sft') {
    return named(parseSft({ prompt, response: columns[mapping.response] }), { response: mapping.response });
  }
  const { chosen, rejected } = mapping;
  return named(parsePreference({ prompt, chosen: columns[chosen], rejected: columns[rejected] }), { chosen, rejected });
}

/** Texts with a blank line between them; a single value as it is. */
function joinPrompt(values: readonly unknown[]): unknown {
  if (values.length < 2) return values[0];
  const texts = values.filter((value) => value !== null && value !== undefined && value !== '');
  return texts.every((text) => typeof text === 'string') ? texts.join('\n\n') : texts[0];
}

/** Faults speak of the file's own column names. */
function named(parsed: ParsedRecord, names: Readonly<Record<string, string>>): ParsedRecord {
  if (parsed.kind !== 'bad') return parsed;
  const message = Object.entries(names).reduce(
    (text, [field, name]) => (text.startsWith(`${field}:`) ? name + text.slice(field.length) : text),
    parsed.message,
  );
  return { kind: 'bad', message };
}

export function mappedNames(mapping: ColumnMapping): string {
  return mappedColumns(mapping)
    .map((name) => `"${name}"`)
    .join(', ');
}

export function mappedColumns(mapping: ColumnMapping): string[] {
  const texts = mapping.kind === 'sft' ? [mapping.response] : [mapping.chosen, mapping.rejected];
  return [...mapping.prompt, ...texts];
}
