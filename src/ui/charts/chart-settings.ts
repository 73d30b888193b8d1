/** How the live charts are drawn, as the person set it; remembered in this browser and the same for all charts. */
import { useLocalStorage } from '@mantine/hooks';
import { z } from 'zod';

const settingsSchema = z.object({
  /** Weight of what came before, from 0 (as it is) to below 1. */
  smoothing: z.number().min(0).max(0.99).catch(0),
  logarithmic: z.boolean().catch(false),
  axis: z.enum(['step', 'time']).catch('step'),
  /** Earlier rounds as faint lines. */
  earlier: z.boolean().catch(true),
});

export type ChartSettings = z.infer<typeof settingsSchema>;

export const defaultSettings: ChartSettings = settingsSchema.parse({});

/** What was stored, each damaged part replaced by its default. */
export function readSettings(text: string | undefined): ChartSettings {
  try {
    return settingsSchema.parse(JSON.parse(text ?? '{}'));
  } catch {
    return defaultSettings;
  }
}

export function useChartSettings() {
  return useLocalStorage<ChartSettings>({
    key: 'whetstone-charts',
    defaultValue: defaultSettings,
    deserialize: readSettings,
    getInitialValueInEffect: false,
  });
}
