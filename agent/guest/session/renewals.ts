/**
 * The renewal loop: the machine's heartbeat, and the level-triggered half of control. Every `renewalMs` (monotonic), and
 * at once when kicked, it says what is and obeys what the answer says should be. One renewal is under way at a time, so
 * the newest word is always acted on last.
 */
import { limits } from '#shared/limits.ts';
import type { AttemptRef, GuestDesired } from '#shared/messages.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { RequestFailed } from '../errors.ts';
import type { Timings } from './timings.ts';

export type Renewals = {
  /** Renew now; when one is under way, again right after it. */
  kick(): void;
  /** Renew within `limits.progressGatherMs`: there is something to tell, and more may follow at once. */
  soon(): void;
  /** What `soon` was called for has reached the coordinator by another message: it needs no renewal of its own. */
  told(): void;
  /** Resolves when a renewal was answered for the first time. */
  answered: Promise<void>;
  /** When the newest renewal that was answered had been sent (monotonic, ms); before the first, -Infinity. */
  answeredAt(): number;
  /** Resolves when a renewal that is sent from now on is answered with "run this attempt"; rejects with the signal. */
  confirmed(ref: AttemptRef, signal: AbortSignal): Promise<void>;
  /** Runs the loop until the signal aborts. Rejects on a bug only. */
  run(): Promise<void>;
};

export type RenewalOptions = {
  /** Sends one renewal. Throws `RequestFailed`. */
  ask(signal: AbortSignal): Promise<GuestDesired>;
  obey(desired: GuestDesired): void;
  timings: Timings;
  log: Diagnostics;
  signal: AbortSignal;
};

type Answered = (sentAt: number, desired: GuestDesired) => void;

export function createRenewals({ ask, obey, timings, log, signal }: RenewalOptions): Renewals {
  const bell = createBell(signal);
  const listeners = new Set<Answered>();
  let [answeredAt, isSilent] = [-Infinity, false];
  let gathering: NodeJS.Timeout | null = null;
  let isAnswered = () => {};
  const answered = new Promise<void>(resolve => {
    isAnswered = resolve;
  });

  function gathered(): void {
    if (gathering) clearTimeout(gathering);
    gathering = null;
  }
  signal.addEventListener('abort', gathered, { once: true });

  async function renew(): Promise<void> {
    const sentAt = performance.now();
    try {
      const desired = await ask(signal);
      // Whoever brought the agent waits for this word (host/drivers/libvirt/bring/bring-program.ts).
      if (answeredAt === -Infinity) log('reported-in');
      answeredAt = sentAt;
      isAnswered();
      if (isSilent) log('renewal-answered');
      isSilent = false;
      for (const listener of listeners) listener(sentAt, desired);
      obey(desired);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof RequestFailed)) throw error;
      if (!isSilent) log('renewal-failed', { message: error.message });
      isSilent = true;
    }
  }

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      const due = performance.now() + timings.renewalMs;
      bell.quiet();
      gathered();
      await renew();
      await bell.rungOr(due - performance.now());
    }
  }

  return {
    kick: bell.ring,
    soon: () => {
      if (!signal.aborted) gathering ??= setTimeout(bell.ring, limits.progressGatherMs);
    },
    told: gathered,
    answered,
    answeredAt: () => answeredAt,
    confirmed: (ref, until) => confirmation(listeners, ref, until, bell.ring),
    run: loop,
  };
}

function confirmation(
  listeners: Set<Answered>,
  ref: AttemptRef,
  until: AbortSignal,
  kick: () => void,
): Promise<void> {
  const askedAt = performance.now();
  return new Promise((resolve, reject) => {
    const leave = () => {
      listeners.delete(listener);
      until.removeEventListener('abort', abort);
    };
    const abort = () => {
      leave();
      reject(until.reason);
    };
    const listener: Answered = (sentAt, desired) => {
      const isRun = desired.want === 'run' && desired.spec.attempt === ref.attempt;
      if (sentAt < askedAt || !isRun || desired.spec.number !== ref.number) return;
      leave();
      resolve();
    };
    listeners.add(listener);
    until.addEventListener('abort', abort, { once: true });
    if (until.aborted) abort();
    else kick();
  });
}

/** A ring while nobody waits is kept until `quiet`; rings are not counted. */
function createBell(signal: AbortSignal) {
  let isRung = false;
  let wake = () => {};
  const ring = () => {
    isRung = true;
    wake();
  };
  signal.addEventListener('abort', ring, { once: true });
  return {
    ring,
    quiet: () => {
      isRung = false;
    },
    rungOr: (ms: number): Promise<void> =>
      new Promise(resolve => {
        if (isRung || ms <= 0 || signal.aborted) return resolve();
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          wake = () => {};
          resolve();
        };
      }),
  };
}
