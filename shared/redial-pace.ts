/**
 * When a lost connection to NATS is dialled again. The client counts the pause since its last try by the wall clock: one
 * that was set back by an hour since then would keep it from dialling for an hour. This counts by one that nobody sets.
 */
export type RedialPace = {
  /** From one try to the next at least, and at random up to so much more: not all come in the same instant. */
  waitMs: number;
  jitterMs: number;
  /** Such as `performance.now`. */
  monotonicMs(): number;
  /** From 0 to 1. */
  random(): number;
};

/** So long ago was the last try, whatever the wall clock says. */
const dialNow = -Infinity;

/** For the client's `reconnectDelayHandler`, which it asks before each try and after each pause. */
export function redialPace({ waitMs, jitterMs, monotonicMs, random }: RedialPace): () => number {
  let triedAt = -Infinity;
  return () => {
    const now = monotonicMs();
    if (now - triedAt < waitMs) return waitMs + jitterMs * random();
    triedAt = now;
    return dialNow;
  };
}
