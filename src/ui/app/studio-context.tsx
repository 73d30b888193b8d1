/** Gives the components the studio: the store through a selector, and the commands. The only bridge of store and React. */
import { createContext, use, type ReactNode } from 'react';
import { useStore } from 'zustand';
import type { StudioCommands } from '../../store/commands';
import type { Studio } from '../../store/studio';
import type { StudioStore, StudioStoreState } from '../../store/studio-store';

const StudioContext = createContext<Studio | null>(null);

function useStudioObject(): Studio {
  const studio = use(StudioContext);
  if (!studio) throw new Error('internal: no StudioProvider above this component');
  return studio;
}

export function StudioProvider({ studio, children }: { studio: Studio; children: ReactNode }) {
  return <StudioContext value={studio}>{children}</StudioContext>;
}

/** The part of the store that `select` returns; renders again when it changes. */
export function useStudio<T>(select: (state: StudioStoreState) => T): T {
  return useStore(useStudioObject().store, select);
}

/** The store itself, for what looks at it now and then instead of at every change. */
export function useStudioStore(): StudioStore {
  return useStudioObject().store;
}

export function useCommands(): StudioCommands {
  return useStudioObject().commands;
}
