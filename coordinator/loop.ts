/**
 * A level-triggered loop: woken by events, by its own clock, and never twice at a time; wake-ups that arrive while a
 * tick runs become one more tick. A tick that fails is reported and tried again with back-off.
 */
export type Loop = { wake(): void; close(): Promise<void> };

export type LoopOptions = {
  /** Does what there is to do; answers in how many ms to look again at the latest, null when only a wake-up matters. */
  tick: (signal: AbortSignal) => Promise<number | null>;
  onError: (error: unknown) => void;
  retryFirstMs?: number;
  retryMaxMs?: number;
};

export function startLoop({ tick, onError, retryFirstMs = 250, retryMaxMs = 10_000 }: LoopOptions): Loop {
  const closing = new AbortController();
  let running: Promise<void> | null = null;
  let isWoken = false;
  let failures = 0;
  let timer: NodeJS.Timeout | null = null;

  const again = (afterMs: number | null) => {
    if (closing.signal.aborted || afterMs === null) return;
    timer = setTimeout(start, Math.max(0, Math.min(afterMs, 2 ** 31 - 1)));
  };

  const once = async (): Promise<number | null> => {
    try {
      const next = await tick(closing.signal);
      failures = 0;
      return next;
    } catch (error) {
      if (closing.signal.aborted) return null;
      onError(error);
      failures += 1;
      return Math.min(retryFirstMs * 2 ** (failures - 1), retryMaxMs);
    }
  };

  const run = async () => {
    let next: number | null = null;
    do {
      isWoken = false;
      next = await once();
    } while (isWoken && failures === 0 && !closing.signal.aborted);
    running = null;
    again(next);
  };

  function start() {
    if (timer) clearTimeout(timer);
    timer = null;
    if (closing.signal.aborted) return;
    if (running) isWoken = true;
    else running = run();
  }

  return {
    wake: start,
    async close() {
      closing.abort();
      if (timer) clearTimeout(timer);
      await running;
    },
  };
}
