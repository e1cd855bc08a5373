/** Waiting that ends with its signal. By hand where Node 18 lacks it (`AbortSignal.any`). */
import { setTimeout as sleep } from 'node:timers/promises';

export type BoundedSignal = { signal: AbortSignal; clear: () => void };

/**
 * A signal that follows `outer` and aborts after `ms` with an error of that message. Call `clear` when the work is done:
 * it stops the timer and lets go of `outer`.
 */
export function boundedBy(outer: AbortSignal, ms: number, message: string): BoundedSignal {
  const controller = new AbortController();
  const follow = () => controller.abort(outer.reason);
  const timer = setTimeout(() => controller.abort(new Error(message)), ms);
  outer.addEventListener('abort', follow, { once: true });
  if (outer.aborted) follow();
  const clear = () => {
    clearTimeout(timer);
    outer.removeEventListener('abort', follow);
  };
  return { signal: controller.signal, clear };
}

/** Waits; returns early and quietly when the signal aborts: the caller's loop looks at the signal anyway. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Half to all of first, 2 × first, 4 × first … up to max: machines that lost one coordinator must not return as one. */
export function* backOff(firstMs: number, maxMs: number, random = Math.random): Generator<number, never> {
  for (let ms = firstMs; ; ms = Math.min(ms * 2, maxMs)) yield ms * (0.5 + random() / 2);
}

/** The value, or the signal's reason thrown as soon as it aborts; the promise itself is left to its owner. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
