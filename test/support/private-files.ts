/** The browser's private file system in memory, as far as the cache of downloads uses it, with its errors. */
import type { CacheFolder } from '../../src/storage/model-cache';

const missing = (name: string) => new DOMException(`${name} is not there`, 'NotFoundError');

class PrivateFile {
  content = new Uint8Array();
  private open = false;

  getFile() {
    return Promise.resolve(new File([this.content.slice()], 'file'));
  }

  createWritable() {
    let text = '';
    const write = (data: string) => Promise.resolve(void (text += data));
    const close = () => Promise.resolve(void (this.content = new TextEncoder().encode(text)));
    return Promise.resolve({ write, close });
  }

  createSyncAccessHandle() {
    if (this.open) return Promise.reject(new DOMException('locked', 'NoModificationAllowedError'));
    this.open = true;
    return Promise.resolve({
      getSize: () => this.content.length,
      read: (target: Uint8Array<ArrayBuffer>, { at }: { at: number }) => {
        const part = this.content.subarray(at, at + target.length);
        target.set(part);
        return part.length;
      },
      write: (bytes: Uint8Array<ArrayBuffer>, { at }: { at: number }) => {
        const grown = new Uint8Array(Math.max(this.content.length, at + bytes.length));
        grown.set(this.content);
        grown.set(bytes, at);
        this.content = grown;
        return bytes.length;
      },
      truncate: (bytes: number) => void (this.content = this.content.slice(0, bytes)),
      flush: () => {},
      close: () => void (this.open = false),
    });
  }
}

export class PrivateFolder implements CacheFolder {
  private readonly folders = new Map<string, PrivateFolder>();
  private readonly files = new Map<string, PrivateFile>();

  getDirectoryHandle(name: string, { create = false } = {}): Promise<PrivateFolder> {
    if (this.files.has(name)) return Promise.reject(new DOMException(name, 'TypeMismatchError'));
    const found = this.folders.get(name) ?? (create ? new PrivateFolder() : undefined);
    if (!found) return Promise.reject(missing(name));
    this.folders.set(name, found);
    return Promise.resolve(found);
  }

  getFileHandle(name: string, { create = false } = {}): Promise<PrivateFile> {
    if (name === '..' || name.includes('/')) return Promise.reject(new TypeError(`${name} is no file's name`));
    const found = this.files.get(name) ?? (create ? new PrivateFile() : undefined);
    if (!found) return Promise.reject(missing(name));
    this.files.set(name, found);
    return Promise.resolve(found);
  }

  removeEntry(name: string): Promise<void> {
    const there = this.folders.delete(name) || this.files.delete(name);
    return there ? Promise.resolve() : Promise.reject(missing(name));
  }

  async *keys(): AsyncGenerator<string> {
    yield* [...this.folders.keys(), ...this.files.keys()];
  }
}
