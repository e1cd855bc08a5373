/** What the process driver uses and Node has only since 20 and 22: an outpost runs on Node 18 too, as the guest agent does. */
if (!Promise.withResolvers)
  Promise.withResolvers = function withResolvers<Value>() {
    let resolve!: (value: Value | PromiseLike<Value>) => void;
    let reject!: (reason?: unknown) => void;
    const promise = new Promise<Value>((...both) => {
      [resolve, reject] = both;
    });
    return { promise, resolve, reject };
  };

if (!AbortSignal.any)
  AbortSignal.any = (signals: Iterable<AbortSignal>) => {
    const any = new AbortController();
    for (const signal of signals) {
      if (signal.aborted) any.abort(signal.reason);
      else
        signal.addEventListener('abort', () => any.abort(signal.reason), { once: true, signal: any.signal });
    }
    return any.signal;
  };
