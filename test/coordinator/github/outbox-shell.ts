/** The outbox policy under the smallest possible shell, with a clock of its own and a GitHub that is one function. */
import {
  afterFailure,
  type ForgeHold,
  type OutboxEntry,
  planOutbox,
} from '#coordinator/github/outbox-policy.ts';

const failures = {
  'lost-answer': { retry: 'backoff', isForgeWide: true },
  broken: { retry: 'backoff', isForgeWide: true },
  forbidden: { retry: 'backoff', isForgeWide: false },
  limited: { retry: { afterMs: 60_000 }, isForgeWide: true },
} as const;

export type Reply = 'ok' | keyof typeof failures;
export type Sent = { context: string; id: string; at: number };
type Entry = OutboxEntry<null>;

export function createOutboxShell(replyTo: (entry: Entry, now: number) => Reply) {
  const sent: Sent[] = [];
  /** What GitHub shows per context, and what was written last. */
  const shown = new Map<string, string>();
  const written = new Map<string, string>();
  let pending: Entry[] = [];
  let hold: ForgeHold = null;
  let lastId = 0;

  const post = (entry: Entry, now: number): void => {
    const reply = replyTo(entry, now);
    sent.push({ context: entry.key, id: entry.id, at: now });
    if (reply === 'ok' || reply === 'lost-answer') shown.set(entry.key, entry.id);
    if (reply === 'ok') {
      hold = null;
      pending = pending.filter(({ id }) => id !== entry.id);
      return;
    }
    const after = afterFailure({ entry, failure: failures[reply], hold, now, random: 0.5 });
    hold = after.hold;
    pending = pending.map(other => (other.id === entry.id ? { ...other, ...after.entry } : other));
  };

  return {
    sent,
    shown,
    written,
    write: (context: string, now: number): void => {
      const id = String(++lastId);
      const times = { createdAt: now, tries: 0, nextAt: now };
      pending.push({ id, key: context, urgency: 'phase', ...times, payload: null });
      written.set(context, id);
    },
    /** Plans once and posts what the plan says; returns when to come again, or null at rest. */
    tick: (now: number): number | null => {
      const plan = planOutbox({ pending, underWay: new Set(), hold, now });
      const dropped = new Set(plan.drop.map(({ id }) => id));
      pending = pending
        .filter(({ id }) => !dropped.has(id))
        .map(entry => ({ ...entry, ...plan.inherit.find(({ id }) => id === entry.id) }));
      for (const entry of plan.send) post(entry, now);
      if (pending.length === 0) return null;
      return plan.send.length > 0 ? now + 1 : (plan.wakeAt ?? now + 1);
    },
  };
}

export type OutboxShell = ReturnType<typeof createOutboxShell>;

/** Ticks whenever the plan says so, until nothing is left or `end` is reached; returns when that was. */
export function runUntilRest(shell: OutboxShell, from: number, end = Number.MAX_SAFE_INTEGER): number {
  let now = from;
  for (let turn = 0; turn < 100_000; turn++) {
    const next = shell.tick(now);
    if (next === null || next > end) return now;
    now = next;
  }
  throw new Error('the outbox never came to rest');
}
