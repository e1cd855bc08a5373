/** What the promise brings, or a throw of the signal's reason; the promise is not stopped, nor is its failure lost on anybody. */
export async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    promise.catch(() => {});
    signal.removeEventListener('abort', abort);
  }
}
