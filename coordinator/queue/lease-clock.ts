/**
 * When a lease has run out. Renewals are kept in memory, on the monotonic clock: wall-clock jumps do not end leases.
 * Whenever this side may have missed renewals (start, a broken connection, a tick that came late because the process
 * slept or was stopped), everybody gets one full lease: an attempt is lost only when we were there to hear it.
 */
import type { AttemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

export type LeaseClock = {
  renewed(attempt: AttemptId): void;
  /** Call at least every `limits.renewalMs`; a longer gap counts as absence. */
  tick(): void;
  /** The bus is gone or back. */
  connection(isUp: boolean): void;
  /** Whether the attempt's lease has run out. An attempt never heard of gets a full lease from now. */
  isOver(attempt: AttemptId): boolean;
  forget(attempt: AttemptId): void;
};

/** @param monotonicMs a clock that never jumps, such as `performance.now`. */
export function createLeaseClock(monotonicMs: () => number): LeaseClock {
  const heard = new Map<AttemptId, number>();
  let graceFrom = monotonicMs();
  let lastTick = graceFrom;
  let isConnected = true;

  return {
    renewed: attempt => heard.set(attempt, monotonicMs()),
    tick() {
      const now = monotonicMs();
      if (now - lastTick > limits.renewalMs) graceFrom = now;
      lastTick = now;
    },
    connection(isUp) {
      isConnected = isUp;
      graceFrom = monotonicMs();
    },
    isOver(attempt) {
      const last = heard.get(attempt);
      if (last === undefined) heard.set(attempt, monotonicMs());
      const from = Math.max(last ?? monotonicMs(), graceFrom);
      return isConnected && monotonicMs() - from > limits.leaseMs;
    },
    forget: attempt => heard.delete(attempt),
  };
}
