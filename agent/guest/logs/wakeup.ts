/** Lets one loop sleep until there is a reason not to. A wake-up while nobody sleeps is remembered, many count as one. */
export type Wakeup = { wake(): void /** Until `wake()`, at most `ms`. */; sleep(ms?: number): Promise<void> };

export function createWakeup(): Wakeup {
  let isWoken = false;
  let rise: (() => void) | null = null;
  const wake = () => {
    isWoken = true;
    rise?.();
  };
  const sleep = async (ms?: number) => {
    if (!isWoken)
      await new Promise<void>(resolve => {
        const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
        rise = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    rise = null;
    isWoken = false;
  };
  return { wake, sleep };
}
