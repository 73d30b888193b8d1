/** The shape that all slices share: a part of the one store, which may read and set the whole. Types only. */
import type { StateCreator } from 'zustand/vanilla';
import type { StudioStoreState } from './studio-store';

export type Slice<Part> = StateCreator<StudioStoreState, [], [], Part>;
