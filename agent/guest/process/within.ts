/** What the promise brings, or null when it has not within that time. The promise is not stopped. */
export async function within<Value>(promise: Promise<Value>, ms: number): Promise<{ value: Value } | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>(resolve => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([promise.then(value => ({ value })), late]);
  } finally {
    clearTimeout(timer);
  }
}
