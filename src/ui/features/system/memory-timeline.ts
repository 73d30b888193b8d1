/** GPU memory over time as rows to draw, to read out and to save. Pure. */
import { memoryTotal } from '../../../protocol/memory';
import type { MemorySample, MemoryTimeline } from '../../../protocol/system';
import { toCsv } from '../../charts/csv';
import { formatBytes, formatPercent, formatSeconds } from '../../primitives/format';
import { memoryEntries } from '../../primitives/memory-bar';
import { stageTitle } from '../../primitives/stage-title';

/** A budget that is further away than this many peaks is told, not drawn: it would press the areas flat. */
const drawnBudget = 4;

export interface TimelineRow extends MemorySample {
  /** Since the first sample. */
  seconds: number;
}

/** Every category that was ever held, in stacking order. */
export function timelineCategories({ samples }: Pick<MemoryTimeline, 'samples'>): string[] {
  const most: Record<string, number> = {};
  for (const { held } of samples) {
    for (const [category, bytes] of Object.entries(held)) most[category] = Math.max(most[category] ?? 0, bytes);
  }
  return memoryEntries(most).map(([category]) => category);
}

/** The samples by seconds since the first one, with 0 for what was not held then. */
export function timelineRows({ samples }: Pick<MemoryTimeline, 'samples'>): TimelineRow[] {
  const start = samples[0]?.at ?? 0;
  const none = Object.fromEntries(timelineCategories({ samples }).map((category) => [category, 0]));
  return samples.map(({ at, stage, held }) => ({
    at,
    stage,
    held: { ...none, ...held },
    seconds: (at - start) / 1000,
  }));
}

/** The budget where it is to be drawn; null where there is none or it is far above what is held. */
export function budgetLine({ budgetBytes, peak }: Pick<MemoryTimeline, 'budgetBytes' | 'peak'>): number | null {
  return budgetBytes !== null && budgetBytes <= drawnBudget * peak.bytes ? budgetBytes : null;
}

const placeOf = (stage: string | null): string => (stage === null ? 'outside a stage' : `in ${stageTitle(stage)}`);

/** 'At most 412 MB, in Supervised fine-tuning, 5.2% of the recipe’s budget of 8.0 GB.' */
export function peakText({ peak, budgetBytes }: Pick<MemoryTimeline, 'peak' | 'budgetBytes'>): string {
  const most = `At most ${formatBytes(peak.bytes)}, ${placeOf(peak.stage)}`;
  if (budgetBytes === null) return `${most}. The definition engine keeps to no budget.`;
  return `${most}, ${formatPercent(peak.bytes / budgetBytes)} of the recipe’s budget of ${formatBytes(budgetBytes)}.`;
}

/** What the drawing shows, for those who cannot see it: how long, the peak, and what is held at the end by category. */
export function timelineDescription(timeline: MemoryTimeline): string {
  const last = timelineRows(timeline).at(-1);
  if (!last) return peakText(timeline);
  const held = memoryEntries(last.held).map(([category, bytes]) => `${category} ${formatBytes(bytes)}`);
  const now = `After ${formatSeconds(last.seconds)}: ${formatBytes(memoryTotal(last.held))}`;
  return `Stacked areas over time. ${peakText(timeline)} ${[now, ...held].join(', ')}.`;
}

/** One line a sample: seconds, stage, bytes by category and together. */
export function timelineCsv(timeline: MemoryTimeline): string {
  const categories = timelineCategories(timeline);
  const rows = timelineRows(timeline).map(({ seconds, stage, held }) => [
    seconds,
    stage,
    ...categories.map((category) => held[category] ?? 0),
    memoryTotal(held),
  ]);
  return toCsv(['seconds', 'stage', ...categories.map((category) => `${category} (bytes)`), 'total (bytes)'], rows);
}
