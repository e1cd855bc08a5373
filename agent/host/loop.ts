/** A level-triggered loop: one tick at a time, wake-ups coalesced; a wake-up during a tick brings one more. */
export type Loop = {
  wake(): void;
  /** Aborts the tick that runs and resolves when it has ended; no tick starts afterwards. */
  close(): Promise<void>;
};

/** `tick` answers how many milliseconds to rest unless woken. It must not throw: what it throws is a bug and crashes. */
export function startLoop(tick: (signal: AbortSignal) => Promise<number>): Loop {
  const closing = new AbortController();
  let isWoken = false;
  let rouse = (): void => undefined;
  const rest = (ms: number) =>
    new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms);
      rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const run = async () => {
    while (!closing.signal.aborted) {
      isWoken = false;
      const restMs = await tick(closing.signal);
      if (!isWoken && !closing.signal.aborted) await rest(restMs);
    }
  };
  const ended = run();
  return {
    wake: () => {
      isWoken = true;
      rouse();
    },
    close: async () => {
      closing.abort(new Error('the host agent is closing'));
      rouse();
      await ended;
    },
  };
}
