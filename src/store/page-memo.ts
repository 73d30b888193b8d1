/** What a page remembers between its visits, under names; a page that may not keep anything forgets it. */

export type PageMemo = Pick<Storage, 'getItem' | 'setItem'>;

/** The browser's local storage. Reading gives null, and writing does nothing, where it is blocked or full. */
export function pageMemo(): PageMemo {
  const attempt = (work: () => string | null): string | null => {
    try {
      return work();
    } catch {
      return null;
    }
  };
  return {
    getItem: (key) => attempt(() => localStorage.getItem(key)),
    setItem: (key, value) => {
      attempt(() => (localStorage.setItem(key, value), null));
    },
  };
}
