/** Hands a file to the person as a download. */

/** The object URL is kept for a while: the browser reads it after this returns. */
const KEEP_MS = 60_000;

export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(url), KEEP_MS);
}

/** A run's name as part of a file's name. */
export const safeFileName = (name: string): string => name.replace(/[^\w.-]+/g, '_');
