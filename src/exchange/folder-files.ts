/** Files of a chosen folder, found by name whatever folder they were chosen through. Knows nothing of their content but JSON. */
import { InputError } from '../protocol/errors';
import type { NamedFile } from '../protocol/library';

/** Far over real tokenizer.json files (up to about 40 MB); keeps a wrong choice from filling the memory. */
const maxTextBytes = 400_000_000;

/** The files directly in one folder, by name without the folder. */
export type FolderFiles = ReadonlyMap<string, Blob>;

/**
 * The files beside the file called `marker`. With several, the one nearest to the top counts: folders from the Hub hold
 * further copies in subfolders.
 * @throws InputError when there is none, or several equally near.
 */
export function filesBeside(files: readonly NamedFile[], marker: string): FolderFiles {
  const found = files.map(({ path }) => splitPath(path)).filter(({ name }) => name === marker);
  const depth = Math.min(...found.map(({ folder }) => folder.length));
  const nearest = found.filter(({ folder }) => folder.length === depth);
  const [first, second] = nearest;
  if (!first) {
    throw new InputError(`${marker} is missing among the ${files.length} files chosen. Choose the folder that has it.`);
  }
  if (second) {
    throw new InputError(
      `${marker} is there twice: in "${first.folder.join('/')}" and "${second.folder.join('/')}". Choose one of the folders.`,
    );
  }
  const folder = first.folder.join('/');
  const beside = files.filter(({ path }) => splitPath(path).folder.join('/') === folder);
  return new Map(beside.map(({ path, file }) => [splitPath(path).name, file]));
}

function splitPath(path: string): { folder: string[]; name: string } {
  const parts = path.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  return { folder: parts.slice(0, -1), name: parts.at(-1) ?? '' };
}

/** A file's text. @throws InputError when it is missing, unreadable or too large. */
export async function readText(files: FolderFiles, name: string): Promise<string> {
  const file = files.get(name);
  if (!file) throw new InputError(`${name} is missing in the chosen folder. A Hugging Face folder has it; add it.`);
  if (file.size > maxTextBytes) {
    throw new InputError(`${name} has ${file.size} bytes; expected at most ${maxTextBytes} of a text file.`);
  }
  try {
    return await file.text();
  } catch (cause) {
    throw new InputError(`${name} cannot be read. Was it moved? Choose the folder again.`, { cause });
  }
}

/** A file's parsed JSON. @throws InputError when it is missing or no JSON. */
export async function readJson(files: FolderFiles, name: string): Promise<unknown> {
  const text = await readText(files, name);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 200) : '';
    throw new InputError(`${name} is not valid JSON (${reason}). Get the file again.`);
  }
}

/** As `readJson`, or undefined when the file is absent. */
export async function readOptionalJson(files: FolderFiles, name: string): Promise<unknown> {
  return files.has(name) ? readJson(files, name) : undefined;
}
