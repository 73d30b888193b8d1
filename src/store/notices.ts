/** Short messages to the person, newest last. Leaves out how they are shown. */
import type { TrainingEvents } from '../protocol/studio';
import type { Slice } from './slice';

export interface Notice {
  id: number;
  level: TrainingEvents['notice']['level'];
  message: string;
}

export interface NoticesSlice {
  notices: readonly Notice[];
  notify(level: Notice['level'], message: string): void;
  dismissNotice(id: number): void;
}

const KEPT = 5;

export const createNoticesSlice: Slice<NoticesSlice> = (set) => ({
  notices: [],
  notify: (level, message) =>
    set(({ notices }) => {
      const id = (notices.at(-1)?.id ?? 0) + 1;
      const others = notices.filter((notice) => notice.message !== message);
      return { notices: [...others, { id, level, message }].slice(-KEPT) };
    }),
  dismissNotice: (id) => set(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) })),
});
