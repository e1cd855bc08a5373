/**
 * What this machine is doing, and the one place that obeys: answers to renewals, pushes and what comes with a verdict all
 * pass through here, and the same word twice is one act.
 */
import type { AttemptRef, GuestDesired, GuestRenewal, RunSpec } from '#shared/messages.ts';
import type { Attempt } from './attempt.ts';
import type { Diagnostics } from './diagnostics.ts';
import { judge } from './session/judge.ts';

export type DutyOptions = {
  start(spec: RunSpec): Attempt;
  startCancelled(ref: AttemptRef, reason: 'cancelled' | 'superseded', message: string): Attempt;
  /** An attempt is over and nothing was said about what comes next. */
  onFree(): void;
  onRetire(): void;
  /** A bug in an attempt: the agent must end. */
  onFailure(error: unknown): void;
  log: Diagnostics;
};

export type Duty = {
  obey(desired: GuestDesired): void;
  running(): GuestRenewal['running'];
  /** Discards what runs and waits until nothing of it, nor of anything before it, is left. */
  close(message: string): Promise<void>;
};

/** So many attempts that are over are remembered: more than can be repeated late. */
const remembered = 64;

const keyOf = ({ attempt, number }: AttemptRef): string => `${attempt} ${number}`;

export function createDuty(options: DutyOptions): Duty {
  const over = new Set<string>();
  const ends = new Set<Promise<void>>();
  let attempt: Attempt | null = null;
  let isClosed = false;

  function begin(next: Attempt): void {
    attempt = next;
    const end = follow(next);
    ends.add(end);
    end.finally(() => ends.delete(end));
  }

  async function follow(current: Attempt): Promise<void> {
    try {
      const next = await current.done;
      leave(current.ref);
      if (next) obey(next);
      else options.onFree();
    } catch (error) {
      options.onFailure(error);
    }
    await current.removed;
  }

  function leave(ref: AttemptRef): void {
    attempt = null;
    over.add(keyOf(ref));
    const [oldest] = over;
    if (over.size > remembered && oldest !== undefined) over.delete(oldest);
  }

  function obey(desired: GuestDesired): void {
    if (isClosed) return;
    const act = judge({ running: attempt?.ref ?? null, isOver: ref => over.has(keyOf(ref)) }, desired);
    if (act.do !== 'nothing') options.log(act.do, briefly(desired));
    switch (act.do) {
      case 'nothing':
        break;
      case 'start':
        begin(options.start(act.spec));
        break;
      case 'report-cancelled':
        begin(options.startCancelled(act.ref, act.reason, act.message));
        break;
      case 'cancel':
        attempt?.cancel(act.reason, act.message);
        break;
      case 'discard':
        attempt?.discard(act.message);
        break;
      case 'retire':
        options.onRetire();
        break;
    }
  }

  return {
    obey,
    running: () => attempt?.running() ?? null,
    async close(message) {
      isClosed = true;
      attempt?.discard(message);
      await Promise.all(ends);
    },
  };
}

/** For the diagnostics: which attempt it is about, nothing of its contents. */
function briefly(desired: GuestDesired): { attempt?: string; number?: number } {
  if (desired.want === 'run') return { attempt: desired.spec.attempt, number: desired.spec.number };
  return 'attempt' in desired ? { attempt: desired.attempt, number: desired.number } : {};
}
