/**
 * Models on a Hub as the page sees them: where to ask, what a look-up told, the download under way, and what is in the cache.
 * The access token lives here and nowhere else, until the page is closed.
 */
import { defaultEndpoint, type HubCache, type HubLookUp, type HubProgress } from '../protocol/hub';
import type { ErrorShape } from '../protocol/worker-error';
import type { KnownPlan } from './memory-plan';
import type { Slice } from './slice';

/** A download that is under way, or ended with an error. */
export interface Download {
  name: string;
  progress: HubProgress | null;
  error: ErrorShape | null;
}

/** The answer about an id: under way, there, or impossible. */
export interface LookUp {
  id: string;
  found: HubLookUp | null;
  error: ErrorShape | null;
}

export interface HubSlice {
  hubEndpoint: string;
  hubToken: string;
  lookUp: LookUp | null;
  /** The memory plan of what was looked up with the present recipe; null while there is none. */
  hubPlan: KnownPlan | null;
  download: Download | null;
  /** Of the last download in this session, to estimate the next. */
  bytesPerSecond: number | null;
  cache: HubCache | null;
  /** Another address forgets the token: it was given for the one before. */
  setHubEndpoint(endpoint: string): void;
  setHubToken(token: string): void;
  setLookUp(lookUp: LookUp | null): void;
  setHubPlan(plan: KnownPlan | null): void;
  setDownload(download: Download | null): void;
  receiveHubProgress(progress: HubProgress): void;
  setCache(cache: HubCache): void;
}

export const createHubSlice: Slice<HubSlice> = (set) => ({
  hubEndpoint: defaultEndpoint,
  hubToken: '',
  lookUp: null,
  hubPlan: null,
  download: null,
  bytesPerSecond: null,
  cache: null,

  setHubEndpoint: (hubEndpoint) =>
    set((state) => (state.hubEndpoint === hubEndpoint ? {} : { hubEndpoint, hubToken: '' })),
  setHubToken: (hubToken) => set({ hubToken }),
  setLookUp: (lookUp) => set({ lookUp }),
  setHubPlan: (hubPlan) => set({ hubPlan }),
  setDownload: (download) => set({ download }),
  receiveHubProgress: (progress) =>
    set(({ download, bytesPerSecond }) => ({
      // What is still under way when the download has ended changes nothing.
      download: download && download.error === null ? { ...download, progress } : download,
      bytesPerSecond: progress.bytesPerSecond ?? bytesPerSecond,
    })),
  setCache: (cache) => set({ cache }),
});
