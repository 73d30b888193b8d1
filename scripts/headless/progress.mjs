/** Progress on the terminal: a line when a stage starts and ends, and every few seconds in between. Formats only. */

/** @typedef {import('../../src/protocol/run-state').StageState} StageState */

/** Milliseconds between two lines of the same stage. */
const interval = 5000;

/** What is worth a look while a stage runs, in this order, as far as the stage reports it. */
const keyMetrics = [
  'loss',
  'perplexity',
  'token_accuracy',
  'accuracy',
  'margin',
  'rewards/accuracies',
  'rewards/margins',
  'kl',
  'tokens_per_second',
];

/** @param {number} seconds @returns {string} h:mm:ss, or m:ss */
export function formatDuration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** @param {number} value */
const formatNumber = (value) => (Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4))));

/** @param {Record<string, number>} values @param {readonly string[]} names */
function formatValues(values, names) {
  const shown = names.filter((name) => values[name] !== undefined);
  return shown.map((name) => `${name} ${formatNumber(values[name] ?? Number.NaN)}`).join('  ');
}

/** @param {StageState} stage @param {Record<string, number>} latest */
function runningLine(stage, latest) {
  const left = stage.secondsLeft === null ? '' : `  ${formatDuration(stage.secondsLeft)} left`;
  return `${stage.id}: ${stage.done}/${stage.total} ${stage.unit}${left}  ${formatValues(latest, keyMetrics)}`.trimEnd();
}

/** @param {StageState} stage @returns {string[]} */
function endLines(stage) {
  const summary = formatValues(stage.summary, Object.keys(stage.summary).slice(0, 16));
  const line = `${stage.id}: ${stage.status} in ${formatDuration(stage.seconds)}  ${summary}`.trimEnd();
  return [line, ...stage.notes.map((note) => `  ${note}`)];
}

/**
 * @param {(line: string) => void} print
 * @param {() => number} now milliseconds
 */
export function progressPrinter(print, now) {
  /** @type {Map<string, { status: string, at: number, done: number }>} */
  const shown = new Map();
  /** @param {StageState} stage @param {Record<string, number>} latest the stage's newest values */
  return (stage, latest) => {
    const before = shown.get(stage.id);
    const changed = before?.status !== stage.status;
    const due = stage.status === 'running' && before?.done !== stage.done && now() - (before?.at ?? 0) >= interval;
    if (stage.status === 'pending' || !(changed || due)) return;
    shown.set(stage.id, { status: stage.status, at: now(), done: stage.done });
    if (stage.status === 'running') print(runningLine(stage, latest));
    else endLines(stage).forEach(print);
  };
}

/**
 * Prints what a run does before its first stage, and which engine computes it: each once.
 * @param {(line: string) => void} print
 */
export function activityPrinter(print) {
  /** @type {Set<string>} */
  const shown = new Set();
  /** @param {Pick<import('../../src/protocol/run-state').RunState, 'activity' | 'engine'>} run */
  return ({ activity, engine }) => {
    const tiles = engine?.tiles ? `, ${engine.tiles} tiles` : '';
    const lines = [
      engine && `Engine: ${engine.name}, weights in ${engine.weights}${tiles}`,
      activity && `${activity} ...`,
    ];
    for (const line of lines) {
      if (!line || shown.has(line)) continue;
      shown.add(line);
      print(line);
    }
  };
}
