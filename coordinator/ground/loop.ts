/**
 * A level-triggered loop: woken by events, by its own clock, and never twice at a time; wake-ups that arrive while a
 * tick runs become one more tick. A tick that fails is reported and tried again with back-off.
 */
export type Loop = { wake(): void; close(): Promise<void> };

export type LoopOptions = {
  /** Does what there is to do; answers in how many ms to look again at the latest, null when only a wake-up matters. */
  tick: (signal: AbortSignal) => Promise<number | null>;
  onError: (error: unknown) => void;
  /** A tick begins this long after the first wake-up, those in between included; default: at once. */
  gatherMs?: number;
  retryFirstMs?: number;
  retryMaxMs?: number;
};

export function startLoop({
  tick,
  onError,
  gatherMs = 0,
  retryFirstMs = 250,
  retryMaxMs = 10_000,
}: LoopOptions): Loop {
  const closing = new AbortController();
  let running: Promise<void> | null = null;
  let isWoken = false;
  let failures = 0;
  let timer: NodeJS.Timeout | null = null;
  let gathering: NodeJS.Timeout | null = null;

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

  function wake() {
    if (gatherMs === 0) start();
    else if (!closing.signal.aborted) gathering ??= setTimeout(start, gatherMs);
  }

  function start() {
    if (timer) clearTimeout(timer);
    if (gathering) clearTimeout(gathering);
    timer = gathering = null;
    if (closing.signal.aborted) return;
    if (running) isWoken = true;
    else running = run();
  }

  return {
    wake,
    async close() {
      closing.abort();
      if (timer) clearTimeout(timer);
      if (gathering) clearTimeout(gathering);
      await running;
    },
  };
}
