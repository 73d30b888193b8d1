/** Short messages to the person, newest last. Leaves out how they are shown. */
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
  notify(level: Notice['level'], message: string, action?: NoticeAction): void;
  dismissNotice(id: number): void;
}

const KEPT = 5;

export const createNoticesSlice: Slice<NoticesSlice> = (set) => ({
  notices: [],
  notify: (level, message, action) =>
    set(({ notices }) => {
      const id = (notices.at(-1)?.id ?? 0) + 1;
      const others = notices.filter((notice) => notice.message !== message);
      return { notices: [...others, { id, level, message, action: action ?? null }].slice(-KEPT) };
    }),
  dismissNotice: (id) => set(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) })),
});
