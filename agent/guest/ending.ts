/**
 * How an attempt comes to its end. The first reason wins and is never changed; a discarded attempt has no end at all,
 * whatever happened before. Both abort the signal that everything of the attempt runs under.
 */
import type { AttemptEnd } from '#shared/job.ts';

export type Ending = {
  /** Aborts with the first reason, or when the attempt is discarded. */
  signal: AbortSignal;
  /** Aborts only when the attempt is discarded: nothing of it shall be reported. */
  discarded: AbortSignal;
  end(): AttemptEnd | null;
  /** Sets the end unless there is one. */
  propose(end: AttemptEnd): void;
  discard(message: string): void;
};

/** Why something of an attempt was stopped; thrown through every call that waits under its signal. */
export class AttemptStopped extends Error {
  readonly code = 'attempt-stopped';
}

export function createEnding(): Ending {
  const [stopping, discarding] = [new AbortController(), new AbortController()];
  let first: AttemptEnd | null = null;
  return {
    signal: stopping.signal,
    discarded: discarding.signal,
    end: () => first,
    propose(end) {
      first ??= end;
      stopping.abort(new AttemptStopped(end.message));
    },
    discard(message) {
      discarding.abort(new AttemptStopped(message));
      stopping.abort(new AttemptStopped(message));
    },
  };
}
