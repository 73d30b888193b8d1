/** Chosen or dropped files with their paths inside the chosen folder. Leaves out what the files are. */
import type { NamedFile } from '../../protocol/library';

export interface ChosenFiles {
  /** The folder's name, or the first file's. */
  name: string;
  files: NamedFile[];
}

/** The path inside the chosen folder: a folder input's paths begin with the folder's own name. */
function innerPath(file: File): string {
  return file.webkitRelativePath === '' ? file.name : file.webkitRelativePath.split('/').slice(1).join('/');
}

export const toNamedFile = (file: File): NamedFile => ({ path: innerPath(file), file });

/** Files of hidden folders (.git, .cache) are no part of a model. */
const isHidden = ({ path }: NamedFile) => path.split('/').some((part) => part.startsWith('.'));

/** @returns null when nothing usable was chosen */
export function chosenFiles(list: Iterable<File>): ChosenFiles | null {
  const files = [...list];
  const folder = files[0]?.webkitRelativePath.split('/')[0];
  const named = files.map(toNamedFile).filter((file) => !isHidden(file));
  const name = folder || named[0]?.path;
  return name === undefined || named.length === 0 ? null : { name, files: named };
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** A directory reader hands out its entries in portions, and an empty portion at the end. */
async function entriesOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (portion.length === 0) return all;
    all.push(...portion);
  }
}

async function walk(entry: FileSystemEntry, parent: string): Promise<NamedFile[]> {
  const path = parent === '' ? entry.name : `${parent}/${entry.name}`;
  if (entry.isFile) return [{ path, file: await fileOf(entry as FileSystemFileEntry) }];
  const entries = await entriesOf(entry as FileSystemDirectoryEntry);
  return (await Promise.all(entries.map((child) => walk(child, path)))).flat();
}

/** What was dropped: one folder gives the paths inside it, several items give their own paths. Call in the drop event. */
export async function droppedFiles(transfer: DataTransfer): Promise<ChosenFiles | null> {
  // Entries are only there while the event is being handled, so they are all taken before the first await.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const [only] = entries;
  if (entries.length === 1 && only?.isDirectory) {
    const children = await entriesOf(only as FileSystemDirectoryEntry);
    const files = (await Promise.all(children.map((child) => walk(child, '')))).flat();
    return { name: only.name, files: files.filter((file) => !isHidden(file)) };
  }
  const files = (await Promise.all(entries.map((entry) => walk(entry, '')))).flat().filter((file) => !isHidden(file));
  return files[0] ? { name: files[0].path, files } : null;
}
