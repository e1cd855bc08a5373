/** A bounded number of things at once; the others wait in order. */
export type Slots = {
  /** Waits for a free slot; the result gives it back, and giving it back twice is harmless. Rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<() => void>;
};

export function createSlots(count: number): Slots {
  let free = count;
  const waiting = new Set<() => void>();

  const once = (): (() => void) => {
    let isGiven = false;
    return () => {
      if (isGiven) return;
      isGiven = true;
      const [next] = waiting;
      if (next) next();
      else free++;
    };
  };

  const wait = (signal: AbortSignal): Promise<() => void> =>
    new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(enter);
        reject(signal.reason);
      };
      const enter = () => {
        waiting.delete(enter);
        signal.removeEventListener('abort', leave);
        resolve(once());
      };
      waiting.add(enter);
      signal.addEventListener('abort', leave, { once: true });
    });

  return {
    async take(signal) {
      signal.throwIfAborted();
      if (free === 0) return wait(signal);
      free--;
      return once();
    },
  };
}
