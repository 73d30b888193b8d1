/**
 * What the charts of a stage share: settings, the zoomed range and the step under the pointer. Outside React, so that moving the
 * pointer renders the readouts and nothing else.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { defaultSettings, type ChartSettings } from './chart-settings';
import type { Domain } from './scale';

export interface ChartViewState {
  settings: ChartSettings;
  /** In the units of the horizontal axis; null shows everything. */
  zoom: Domain | null;
  /** null: the pointer is on no chart. */
  step: number | null;
}

export type ChartView = StoreApi<ChartViewState>;

export const createChartView = (settings: ChartSettings = defaultSettings): ChartView =>
  createStore<ChartViewState>()(() => ({ settings, zoom: null, step: null }));
