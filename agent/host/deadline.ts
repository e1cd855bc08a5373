import { durationText } from '#shared/duration.ts';
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
