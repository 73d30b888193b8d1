/** Puts a text on the clipboard; where that is not allowed, into a file. */
import { useState } from 'react';
import { saveFile } from './save-file';

const SHOWN_MS = 2000;

export function useCopy(): { copied: boolean; copy(text: string, fileName: string): void } {
  const [copied, setCopied] = useState(false);
  const put = async (text: string, fileName: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      saveFile(new Blob([text], { type: 'text/plain' }), fileName);
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return { copied, copy: (text, fileName) => void put(text, fileName) };
}
