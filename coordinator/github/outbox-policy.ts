/**
 * Which writes leave for GitHub now. Pure: entries and time come in, a plan goes out; the shell sends and stores.
 *
 * - Per key (kind, repository, subject, context) one post is under way at a time, so GitHub sees them in the order they were
 *   written; only the newest is worth posting, older ones are dropped as superseded.
 * - Verdicts go first, then changes of phase, then rewritten waiting texts.
 * - A failure that concerns GitHub as a whole holds everything: one entry at a time probes, the first success opens the
 *   gate. So an outage costs one call a minute, and its end is noticed within a minute, whatever the number of entries.
 *   While it lasts, tries are not counted: nobody pays for it afterwards with a long back-off of its own.
 * - An entry that fails by itself backs off by itself and stands in nobody's way.
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { ForgeFailure } from './errors.ts';

export type Urgency = 'verdict' | 'phase' | 'waiting';

export type OutboxEntry<Payload> = {
  id: string;
  /** Kind, repository, subject and context; posts with the same key replace each other. */
  key: string;
  urgency: Urgency;
  createdAt: Instant;
  tries: number;
  nextAt: Instant;
  payload: Payload;
};

/** GitHub as a whole does not answer; null when it does. Kept in memory: a restart simply probes once. */
export type ForgeHold = { failures: number; until: Instant } | null;

export type DropReason = 'superseded' | 'expired' | 'refused';

export type OutboxPlan<Payload> = {
  send: OutboxEntry<Payload>[];
  drop: { id: string; reason: DropReason }[];
  /** Entries that take over the back-off of the one they replace: to be stored. */
  inherit: { id: string; tries: number; nextAt: Instant }[];
  /** When to plan again if nothing happens before; a new entry or the end of a post is a reason too. */
  wakeAt: Instant | null;
};

export type OutboxFacts<Payload> = {
  /** Everything that is not done, in the order it was written. */
  pending: readonly OutboxEntry<Payload>[];
  /** Ids of entries whose post is under way. */
  underWay: ReadonlySet<string>;
  hold: ForgeHold;
  now: Instant;
};

const rank: Record<Urgency, number> = { verdict: 0, phase: 1, waiting: 2 };

type Coalesced<Payload> = Pick<OutboxPlan<Payload>, 'drop' | 'inherit'> & {
  /** The one that stays, with the back-off of those it replaces; none when it is too old. */
  entry: OutboxEntry<Payload> | null;
};

/** One key's entries become one: the last written. */
function coalesce<Payload>(group: readonly OutboxEntry<Payload>[], now: Instant): Coalesced<Payload>[] {
  const [written, ...older] = group.toReversed();
  if (!written) return [];
  const { id } = written;
  const tries = Math.max(...group.map(entry => entry.tries));
  const nextAt = Math.max(...group.map(entry => entry.nextAt));
  const superseded = older.map(entry => ({ id: entry.id, reason: 'superseded' as const }));
  if (now - written.createdAt > limits.outboxKeepMs)
    return [{ entry: null, drop: [...superseded, { id, reason: 'expired' }], inherit: [] }];
  const isMoved = tries !== written.tries || nextAt !== written.nextAt;
  const inherit = isMoved ? [{ id, tries, nextAt }] : [];
  return [{ entry: { ...written, tries, nextAt }, drop: superseded, inherit }];
}

function groupsOf<Payload>(facts: OutboxFacts<Payload>): Map<string, OutboxEntry<Payload>[]> {
  const groups = new Map<string, OutboxEntry<Payload>[]>();
  for (const entry of facts.pending) {
    const group = groups.get(entry.key) ?? [];
    if (!facts.underWay.has(entry.id)) group.push(entry);
    groups.set(entry.key, group);
  }
  return groups;
}

type Order = (a: OutboxEntry<unknown>, b: OutboxEntry<unknown>) => number;

const byUrgency: Order = (a, b) => rank[a.urgency] - rank[b.urgency] || a.nextAt - b.nextAt;

/** A probe is never the same entry twice while there are others: one that GitHub chokes on must not hold the rest. */
const byWaiting: Order = (a, b) => a.nextAt - b.nextAt || rank[a.urgency] - rank[b.urgency];

function roomFor({ underWay: { size }, hold, now }: OutboxFacts<unknown>): number {
  if (shutUntil({ underWay: size, hold, now }) !== null) return 0;
  return hold === null ? limits.outboxBatch - size : 1;
}

/**
 * Nothing can leave, whatever is pending: there is no need to look at it, and an outage has much of it.
 * @returns until when, or `post`: until one that is under way has ended; null when something may leave.
 */
export function shutUntil(facts: {
  underWay: number;
  hold: ForgeHold;
  now: Instant;
}): Instant | 'post' | null {
  const { underWay, hold, now } = facts;
  if (underWay >= (hold === null ? limits.outboxBatch : 1)) return 'post';
  return hold !== null && now < hold.until ? hold.until : null;
}

/** Decides over everything that is pending; linear in its length. */
export function planOutbox<Payload>(facts: OutboxFacts<Payload>): OutboxPlan<Payload> {
  const { pending, underWay, hold, now } = facts;
  const busyKeys = new Set(pending.filter(({ id }) => underWay.has(id)).map(({ key }) => key));
  const coalesced = [...groupsOf(facts).values()].flatMap(group => coalesce(group, now));
  const newest = coalesced.flatMap(({ entry }) => entry ?? []);
  const candidates = newest.filter(({ key }) => !busyKeys.has(key));
  const ready = candidates.filter(({ nextAt }) => nextAt <= now);
  return {
    send: ready.sort(hold === null ? byUrgency : byWaiting).slice(0, roomFor(facts)),
    drop: coalesced.flatMap(({ drop }) => drop),
    inherit: coalesced.flatMap(({ inherit }) => inherit),
    wakeAt: wakeAt(candidates, hold, now),
  };
}

function wakeAt(candidates: readonly OutboxEntry<unknown>[], hold: ForgeHold, now: Instant): Instant | null {
  if (candidates.length === 0) return null;
  if (hold !== null && hold.until > now) return hold.until;
  const later = candidates.map(({ nextAt }) => nextAt).filter(nextAt => nextAt > now);
  return later.length === 0 ? null : Math.min(...later);
}

/** Doubles from 2 s; the upper half is jitter. `random` is in [0, 1). */
function backoffMs(tries: number, longestMs: number, random: number): number {
  const full = Math.min(limits.outboxRetryFirstMs * 2 ** (tries - 1), longestMs);
  return Math.round(full / 2 + (full / 2) * random);
}

export type FailureFacts = {
  entry: Pick<OutboxEntry<unknown>, 'tries'>;
  failure: Pick<ForgeFailure, 'retry' | 'isForgeWide'>;
  hold: ForgeHold;
  now: Instant;
  random: number;
};

/** What becomes of an entry whose post failed, and of the gate. After a success the gate is simply null. */
export type AfterFailure = {
  entry: { drop: 'refused' } | { tries: number; nextAt: Instant };
  hold: ForgeHold;
};

/** Several posts fail together when GitHub goes: only the first, and later each probe, lengthens the hold. */
function holdAfter({ failure: { retry }, hold, now, random }: FailureFacts): NonNullable<ForgeHold> {
  const isSameOutage = hold !== null && hold.until > now;
  const failures = isSameOutage ? hold.failures : (hold?.failures ?? 0) + 1;
  const pauseMs =
    typeof retry === 'object' ? retry.afterMs : backoffMs(failures, limits.outboxProbeMaxMs, random);
  return { failures, until: isSameOutage ? Math.max(hold.until, now + pauseMs) : now + pauseMs };
}

export function afterFailure(facts: FailureFacts): AfterFailure {
  const { entry, failure, hold, now, random } = facts;
  const { retry, isForgeWide } = failure;
  if (retry === 'never') return { entry: { drop: 'refused' }, hold };
  const tries = entry.tries + 1;
  const ownMs = typeof retry === 'object' ? retry.afterMs : backoffMs(tries, limits.outboxRetryMaxMs, random);
  if (!isForgeWide) return { entry: { tries, nextAt: now + ownMs }, hold };
  const nextHold = holdAfter(facts);
  // While GitHub seemed well the entry itself may be the cause: let it not be the next probe for ever.
  const isSuspect = hold === null && retry === 'backoff';
  const next = isSuspect
    ? { tries, nextAt: Math.max(nextHold.until, now + ownMs) }
    : { tries: entry.tries, nextAt: nextHold.until };
  return { entry: next, hold: nextHold };
}
