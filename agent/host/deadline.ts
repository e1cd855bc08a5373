import { durationText } from '#shared/quantity-text.ts';
import { DeadlinePassed } from './errors.ts';

/**
 * Runs a call whose signal aborts after `ms` (reason: `DeadlinePassed`) or with the outer signal (its reason). Waits for
 * the call itself in every case, so that nothing goes on unowned.
 */
export async function withDeadline<T>(
  ms: number,
  outer: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const passed = () => deadline.abort(new DeadlinePassed(`it took longer than ${durationText(ms)}`));
  const timer = setTimeout(passed, ms);
  try {
    return await call(AbortSignal.any([outer, deadline.signal]));
  } finally {
    clearTimeout(timer);
  }
}

/** The result of something that goes on without the caller, or the signal's reason as soon as it is aborted. */
export async function unlessAborted<Result>(result: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([result, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
