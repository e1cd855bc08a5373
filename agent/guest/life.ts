import { atTime } from './expiry.ts';

/** `retired`: the coordinator needs the machine no more. `expired`: its dead-man timer. `stopped`: a signal. */
export type GuestEnd = 'retired' | 'expired' | 'stopped';

export type Life = {
  /** Aborts when the agent shall end, for whatever reason. */
  signal: AbortSignal;
  /** Resolves then. */
  ended: Promise<void>;
  /** The first way to end wins. */
  end(how: GuestEnd): void;
  fail(error: unknown): void;
  /** How it ended; throws what it failed of. Errors that came after the end are not its reason. */
  outcome(): GuestEnd;
  /** Lets go of timer and signal. */
  close(): void;
};

type End = { how: GuestEnd } | { error: unknown };

/** The agent's own end: until it is retired, its time is up, `stop` aborts, or something fails. */
export function createLife(stop: AbortSignal, expiresAt: number | null): Life {
  const controller = new AbortController();
  let first: End | null = null;
  const finish = (end: End) => {
    first ??= end;
    controller.abort(new Error('the agent ends'));
  };
  const ended = new Promise<void>(resolve => {
    controller.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const onStop = () => finish({ how: 'stopped' });
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  const endExpiry = expiresAt === null ? () => {} : atTime(expiresAt, () => finish({ how: 'expired' }));
  return {
    signal: controller.signal,
    ended,
    end: how => finish({ how }),
    fail: error => finish({ error }),
    outcome() {
      if (first && 'error' in first) throw first.error;
      return first?.how ?? 'stopped';
    },
    close() {
      endExpiry();
      stop.removeEventListener('abort', onStop);
    },
  };
}
