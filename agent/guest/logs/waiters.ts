/** Calls that wait for the same outcome; each outcome may be a value or an error. */
export type Waiters<Value> = {
  wait(): Promise<Value>;
  /** Asks for the outcome, and gives it to all who wait when there is one. */
  settle(): void;
};

export function createWaiters<Value>(
  outcome: () => { value: Value } | { error: unknown } | null,
): Waiters<Value> {
  let waiting: { resolve(value: Value): void; reject(error: unknown): void }[] = [];
  const settle = () => {
    const settled = waiting.length === 0 ? null : outcome();
    if (settled === null) return;
    const served = waiting;
    waiting = [];
    for (const one of served) 'error' in settled ? one.reject(settled.error) : one.resolve(settled.value);
  };
  const wait = () =>
    new Promise<Value>((resolve, reject) => {
      waiting.push({ resolve, reject });
      settle();
    });
  return { wait, settle };
}
