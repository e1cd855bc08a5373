/** Runs tasks one after another, in the order they were given. A task that fails does not stop the next. */
export function createSerial() {
  let last: Promise<unknown> = Promise.resolve();

  function run<T>(task: () => Promise<T>): Promise<T> {
    const result = last.then(task);
    // The caller gets the failure; the queue only waits for the end.
    last = result.catch(() => {});
    return result;
  }

  return { run };
}
