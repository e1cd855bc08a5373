import { limits } from '#shared/limits.ts';
import { SiteFailed } from '../guest/errors.ts';
import { backOff, boundedBy, pause } from '../guest/waiting.ts';
import { SshFailed } from '../ssh/errors.ts';

export type Patience = { name: string; patienceMs: number; signal: AbortSignal };

/**
 * Does something on a far computer, again and again while it is out of reach. Throws `SiteFailed`, or the signal's reason.
 * `onFailure` is told each new reason.
 */
export async function patiently<Value>(
  { name, patienceMs, signal }: Patience,
  act: (signal: AbortSignal) => Promise<Value>,
  onFailure: (message: string) => void,
): Promise<Value> {
  const bound = boundedBy(signal, patienceMs, 'it was out of reach for too long');
  const waits = backOff(limits.sshAgainFirstMs, limits.sshAgainMaxMs);
  let last = '';
  try {
    while (true) {
      try {
        return await act(bound.signal);
      } catch (error) {
        if (!(error instanceof SshFailed)) throw error;
        if (!error.isTransient) throw new SiteFailed(error.message, { cause: error });
        if (last !== error.message) onFailure(error.message);
        last = error.message;
      }
      await pause(waits.next().value, bound.signal);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SiteFailed || !bound.signal.aborted) throw error;
    throw new SiteFailed(last || `${name} did not answer in time`, { cause: error });
  } finally {
    bound.clear();
  }
}
