/** Short messages to the person, newest last. Leaves out how they are shown, and how long. */
import type { TrainingEvents } from '../protocol/studio';
import type { Slice } from './slice';

/** Something that the person can do about a notice, once. */
export interface NoticeAction {
  label: string;
  run: () => Promise<void>;
  /** The notice stays until the person has decided. */
  lasting?: boolean;
}

export interface Notice {
  id: number;
  level: TrainingEvents['notice']['level'];
  message: string;
  action: NoticeAction | null;
}

export interface NoticesSlice {
  notices: readonly Notice[];
  /** A message that is there already is shown anew instead of twice, unless it has an action. */
  notify(level: Notice['level'], message: string, action?: NoticeAction): void;
  dismissNotice(id: number): void;
}

/** Notices without an action. */
const KEPT = 5;

/** An action may be the only way back from something, so only the person or its time takes a notice with one away. */
function withoutOldest(notices: readonly Notice[]): Notice[] {
  const plain = notices.filter(({ action }) => action === null);
  const dropped = new Set(plain.slice(0, -KEPT));
  return notices.filter((notice) => !dropped.has(notice));
}

export const createNoticesSlice: Slice<NoticesSlice> = (set) => ({
  notices: [],
  notify: (level, message, action) =>
    set(({ notices }) => {
      const id = (notices.at(-1)?.id ?? 0) + 1;
      const others = notices.filter((notice) => notice.action !== null || notice.message !== message);
      return { notices: withoutOldest([...others, { id, level, message, action: action ?? null }]) };
    }),
  dismissNotice: (id) => set(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) })),
});
