/**
 * When a lease has run out. Renewals are kept in memory, on the monotonic clock: wall-clock jumps do not end leases.
 * Whenever this side may have missed renewals (start, a broken connection, a tick that came late because the process
 * slept or was stopped, a wall clock that jumped), everybody gets one full lease: an attempt is lost only when we were
 * there to hear it. For the same time no deadline counts that somebody could not keep because we were away.
 */
import type { AttemptId, Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

export type LeaseClock = {
  renewed(attempt: AttemptId): void;
  /** Call at least every `limits.renewalMs`; a longer gap counts as absence. */
  tick(): void;
  /** The bus is gone or back. */
  connection(isUp: boolean): void;
  /** Whether the attempt's lease has run out. An attempt never heard of gets a full lease from now. */
  isOver(attempt: AttemptId): boolean;
  /** Whether we have been there for a full lease without a gap: only then somebody's silence is theirs. */
  isAttentive(): boolean;
  forget(attempt: AttemptId): void;
};

/** @param monotonicMs a clock that never jumps, such as `performance.now`; `now` is the one that deadlines are kept by. */
export function createLeaseClock(monotonicMs: () => number, now: () => Instant): LeaseClock {
  const heard = new Map<AttemptId, number>();
  let graceFrom = monotonicMs();
  let lastTick = { monotonic: graceFrom, wall: now() };
  let isConnected = true;
  const isOlderThanLease = (from: number) => monotonicMs() - from > limits.leaseMs;

  return {
    renewed: attempt => heard.set(attempt, monotonicMs()),
    tick() {
      const tick = { monotonic: monotonicMs(), wall: now() };
      const elapsed = tick.monotonic - lastTick.monotonic;
      const jump = Math.abs(tick.wall - lastTick.wall - elapsed);
      if (elapsed > limits.renewalMs || jump > limits.renewalMs) graceFrom = tick.monotonic;
      lastTick = tick;
    },
    connection(isUp) {
      isConnected = isUp;
      graceFrom = monotonicMs();
    },
    isOver(attempt) {
      const last = heard.get(attempt);
      if (last === undefined) heard.set(attempt, monotonicMs());
      const from = Math.max(last ?? monotonicMs(), graceFrom);
      return isConnected && isOlderThanLease(from);
    },
    isAttentive: () => isConnected && isOlderThanLease(graceFrom),
    forget: attempt => heard.delete(attempt),
  };
}
