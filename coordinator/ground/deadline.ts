/**
 * A deadline that goes with the work it is for: `using deadline = startDeadline(ms)`. `AbortSignal.timeout` cannot be taken
 * back. Within another signal Node keeps it until it fires, however long the work has been over; and a signal of signals
 * that has one in it, within yet another, Node 24 keeps for ever.
 */
export type Deadline = Disposable & { readonly signal: AbortSignal };

/** Aborts after `ms` with the reason that `AbortSignal.timeout` has, unless it is disposed of before. */
export function startDeadline(ms: number): Deadline {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new DOMException(message, 'TimeoutError')), ms);
  return { signal: deadline.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}

const message = 'The operation was aborted due to timeout';
