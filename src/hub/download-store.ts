/** Where a download goes: files that grow from their start, and a mark on those that are whole. Types only. */

/** A file that is being written. One at a time has it open. */
export interface PartFile {
  size(): number;
  /** At most `target.length` bytes from `at`; returns how many there were. */
  read(target: Uint8Array<ArrayBuffer>, at: number): number;
  write(bytes: Uint8Array<ArrayBuffer>, at: number): void;
  truncate(bytes: number): void;
  flush(): void;
  close(): void;
}

/** The files of one commit of one repository. */
export interface DownloadStore {
  /** Whole and verified. */
  isDone(path: string): boolean;
  /** Bytes of a file that are there. */
  bytesOf(path: string): Promise<number>;
  open(path: string): Promise<PartFile>;
  /** Marks a file as whole and verified. */
  markDone(path: string): Promise<void>;
}
