/**
 * Watches the tasks of a page's main thread: their length by the long-task observer, and by a trace the part of it that the page
 * itself computed. On a machine that other programs keep busy the first is longer than the page's doing.
 */
import type { Page } from 'playwright-core';

export interface TaskReport {
  /** Milliseconds of each task over 50 by the long-task observer. */
  observed: number[];
  /** Milliseconds that the longest task computed. */
  longestComputed: number;
  tasks: number;
  framesPerSecond: number;
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds of computing; missing where the trace has none. */
  tdur?: number;
  args?: { name?: string };
}

interface Watch {
  observed: number[];
  frames: number;
  began: number;
}

/** The longest task of a renderer's main thread, which is the page's: other renderers there are none. */
function computedOf(events: readonly TraceEvent[]) {
  const isMain = ({ name, args }: TraceEvent) => name === 'thread_name' && args?.name === 'CrRendererMain';
  const threads = new Set(events.filter(isMain).map(({ pid, tid }) => `${pid}/${tid}`));
  const tasks = events.filter(({ name, pid, tid }) => name === 'RunTask' && threads.has(`${pid}/${tid}`));
  if (tasks.length === 0) throw new Error('the trace has no tasks');
  return { tasks: tasks.length, longestComputed: Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000)) };
}

/** Watches until the returned function is called. */
export async function watchTasks(page: Page): Promise<() => Promise<TaskReport>> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    const found: TraceEvent[] = Object(value);
    events.push(...found);
  });
  const watch = await page.evaluateHandle(() => {
    const seen: Watch = { observed: [], frames: 0, began: performance.now() };
    const observer = new PerformanceObserver((list) => seen.observed.push(...list.getEntries().map((e) => e.duration)));
    observer.observe({ type: 'longtask' });
    const count = () => {
      seen.frames += 1;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
    return seen;
  });
  const traceConfig = { includedCategories: ['disabled-by-default-devtools.timeline'] };
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig });
  return async () => {
    const ended = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
    const { observed, frames, seconds } = await watch.evaluate(({ began, ...seen }) => ({
      ...seen,
      seconds: (performance.now() - began) / 1000,
    }));
    await session.send('Tracing.end');
    await ended;
    await session.detach();
    return { observed, framesPerSecond: frames / seconds, ...computedOf(events) };
  };
}
