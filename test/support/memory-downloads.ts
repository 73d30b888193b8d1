/** A place for downloads in memory, which outlives the download as the browser's files do. */
import type { DownloadStore, PartFile } from '../../src/hub/download-store';

export interface MemoryDownloads extends DownloadStore {
  files: Map<string, Uint8Array<ArrayBuffer>>;
  done: Set<string>;
  /** The longest write. */
  longestWrite(): number;
}

export function memoryDownloads(): MemoryDownloads {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const done = new Set<string>();
  let longest = 0;
  const open = (path: string): PartFile => {
    const content = () => files.get(path) ?? new Uint8Array();
    return {
      size: () => content().length,
      read: (target, at) => {
        const part = content().subarray(at, at + target.length);
        target.set(part);
        return part.length;
      },
      write: (bytes, at) => {
        longest = Math.max(longest, bytes.length);
        const grown = new Uint8Array(Math.max(content().length, at + bytes.length));
        grown.set(content());
        grown.set(bytes, at);
        files.set(path, grown);
      },
      truncate: (bytes) => void files.set(path, content().slice(0, bytes)),
      flush: () => {},
      close: () => {},
    };
  };
  return {
    files,
    done,
    longestWrite: () => longest,
    isDone: (path) => done.has(path),
    bytesOf: (path) => Promise.resolve(files.get(path)?.length ?? 0),
    open: (path) => Promise.resolve(open(path)),
    markDone: (path) => Promise.resolve(void done.add(path)),
  };
}
