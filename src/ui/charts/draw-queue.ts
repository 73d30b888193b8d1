/**
 * Draws charts one after the other between frames: as many in a frame as its time allows, so that many charts with long curves
 * never hold the page up. Hidden tabs have no frames and draw nothing. Knows nothing of what is drawn.
 */

/** Of the 16 milliseconds of a frame; the browser needs the rest to lay out and paint. */
const BUDGET_MS = 6;

export interface DrawQueue {
  /** Adds a drawing until the returned function is called. `draw` is called when it is out of date, and draws at once. */
  add(draw: () => void): () => void;
  /** All drawings are out of date. */
  invalidate(): void;
  stop(): void;
}

export interface Frames {
  request(callback: () => void): number;
  cancel(id: number): void;
  now(): number;
}

const browserFrames: Frames = {
  request: (callback) => requestAnimationFrame(callback),
  cancel: (id) => cancelAnimationFrame(id),
  now: () => performance.now(),
};

export function createDrawQueue(frames: Frames = browserFrames): DrawQueue {
  const drawings = new Set<() => void>();
  const outdated = new Set<() => void>();
  let requested: number | null = null;

  function frame(): void {
    requested = null;
    const end = frames.now() + BUDGET_MS;
    for (const draw of outdated) {
      outdated.delete(draw);
      draw();
      if (frames.now() >= end) break;
    }
    if (outdated.size > 0) request();
  }

  function request(): void {
    requested ??= frames.request(frame);
  }

  return {
    add: (draw) => {
      drawings.add(draw);
      return () => {
        drawings.delete(draw);
        outdated.delete(draw);
      };
    },
    invalidate: () => {
      for (const draw of drawings) outdated.add(draw);
      if (outdated.size > 0) request();
    },
    stop: () => {
      if (requested !== null) frames.cancel(requested);
      requested = null;
    },
  };
}
