/** The tables of docs/PERFORMANCE.md as Markdown. */
import { memoryPlan } from '../../../src/model/fused/plan';
import { recipePlan, stageWorks } from '../../../src/model/fused/stage-memory';
import { tinyLlama } from '../../support/tiny-llama';
import { demo, demoConfig, demoStages } from './demo';
import { countPieces, lora, origin, originStages } from './stages';
import { boundBy, noCost, plus, seconds, type Cost } from './t4';

const piece = countPieces();

function table(header: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

const minutes = (value: number) => (value / 60).toFixed(1);
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(0)}%`;

function shares(cost: Cost): string[] {
  return [cost.compute, cost.bandwidth, cost.dispatch].map((part) => percent(part, seconds(cost)));
}

/** One piece of each kind of work. */
export function countsTable(): string {
  const names: Record<keyof typeof piece, string> = {
    sft: 'SFT pass, one example',
    reward: 'reward pass, one pair',
    dpo: 'DPO pass, one pair',
    longPair: 'DPO pass, two responses of 511 tokens',
    longPairRecomputed: 'the same, all blocks recomputed',
    reference: 'reference log-probabilities, one pair',
    score: 'scores, two responses of 128 tokens',
    prefill: 'prefill of 4 prompts',
    optimiser: 'optimiser step',
    decode: 'decode step, 16 slots',
  };
  const rows = Object.entries(piece).map(([name, { cost }]) => [
    names[name as keyof typeof piece],
    cost.dispatches,
    (cost.flops / 1e9).toFixed(1),
    (cost.bytes / 1e9).toFixed(2),
    (1000 * seconds(cost)).toFixed(1),
    ...shares(cost),
  ]);
  return table(['work', 'dispatches', 'GFLOP', 'GB', 'ms on a T4', 'arithmetic', 'memory', 'dispatches'], rows);
}

export function stageTable(): string {
  const stages = originStages(piece);
  const row = (name: string, cost: Cost, originMinutes: number | null) => [
    name,
    Math.round(cost.dispatches / 1000),
    (cost.flops / 1e15).toFixed(2),
    (cost.bytes / 1e12).toFixed(1),
    minutes(seconds(cost)),
    originMinutes ?? '-',
    ...shares(cost),
    boundBy(cost),
  ];
  const timed = stages.filter(({ originMinutes }) => originMinutes !== null);
  const sum = timed.reduce((total, { cost }) => plus(total, cost), noCost);
  const originSum = timed.reduce((total, stage) => total + (stage.originMinutes ?? 0), 0);
  return table(
    ['stage', 'dispatches, 1000', 'PFLOP', 'TB', 'minutes', 'origin', 'arithmetic', 'memory', 'dispatches', 'bound by'],
    [
      ...stages.map(({ name, cost, originMinutes }) => row(name, cost, originMinutes)),
      row('the four that the origin timed', sum, originSum),
    ],
  );
}

/** The embedded demo, stage by stage. */
export function demoTable(): string {
  const row = (name: string, cost: Cost) => [
    name,
    (cost.dispatches / 1000).toFixed(1),
    (cost.flops / 1e9).toFixed(0),
    seconds(cost).toFixed(1),
    ...shares(cost),
  ];
  const stages = demoStages();
  const sum = stages.reduce((total, { cost }) => plus(total, cost), noCost);
  return table(
    ['stage', 'dispatches, 1000', 'GFLOP', 'seconds', 'arithmetic', 'memory', 'dispatches'],
    [...stages.map(({ name, cost }) => row(name, cost)), row('all', sum)],
  );
}

/** Memory of the demo's stages; nothing of it comes near a limit. */
export function demoMemoryTable(): string {
  const rows = Object.entries(recipePlan(demoConfig, demo, null, 'packed', 4e9)).map(([stage, plan]) => [
    stage,
    (plan.total / 1e6).toFixed(0),
  ]);
  return table(['stage', 'GPU memory, MB'], rows);
}

/** Where the time of a DPO pass and of a decode step goes. */
export function kernelTable(): string {
  const of = (name: string, { byKernel, cost }: typeof piece.dpo) =>
    [...byKernel]
      .toSorted((a, b) => seconds(b[1]) - seconds(a[1]))
      .slice(0, 8)
      .map(([kernel, own]) => [
        name,
        `\`${kernel}\``,
        own.dispatches,
        (1000 * seconds(own)).toFixed(2),
        percent(seconds(own), seconds(cost)),
        boundBy(own),
      ]);
  const rows = [...of('DPO pass', piece.dpo), ...of('decode step', piece.decode)];
  return table(['work', 'kernel', 'dispatches', 'ms', 'share', 'bound by'], rows);
}

const megabytes = (bytes: number | undefined) => Math.round((bytes ?? 0) / 1e6);
const categories = ['weights', 'adapters', 'optimiser', 'kept activations', 'scratch', 'kv cache', 'readback'] as const;
const keeping = { ...origin, gradientCheckpointing: false };

/** DPO on a pair of 512-token sequences. */
export function memoryTable(): string {
  const work = stageWorks(keeping, lora, 'packed').train;
  const rows = [2.5, 3, 4, 8, 12].map((gigabytes) => {
    const plan = memoryPlan(tinyLlama, work, gigabytes * 1e9);
    const bytes = categories.filter((name) => name !== 'kv cache').map((name) => megabytes(plan.bytes[name]));
    const verdict = plan.fits ? 'fits' : plan.refusal!;
    return [`${gigabytes} GB`, `${plan.keptBlocks} of ${tinyLlama.layers}`, ...bytes, megabytes(plan.total), verdict];
  });
  const names = categories.filter((name) => name !== 'kv cache');
  return table(['budget', 'blocks kept', ...names.map((name) => `${name}, MB`), 'total, MB', 'verdict'], rows);
}

/** Every stage of the origin preset within 4 GB. */
export function recipeMemoryTable(): string {
  const rows = Object.entries(recipePlan(tinyLlama, keeping, lora, 'packed', 4e9)).map(([stage, plan]) => [
    stage,
    plan.keptBlocks === null ? '-' : `${plan.keptBlocks} of ${tinyLlama.layers}`,
    ...categories.map((name) => megabytes(plan.bytes[name])),
    megabytes(plan.total),
    plan.fits ? 'fits' : plan.refusal!,
  ]);
  return table(['stage', 'blocks kept', ...categories.map((name) => `${name}, MB`), 'total, MB', 'verdict'], rows);
}
