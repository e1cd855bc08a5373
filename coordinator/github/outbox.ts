/**
 * The outbox's shell: what the policy says leaves now is posted, and what came of it is stored, with the next tick. Posts
 * run beside each other; a coordinator that dies between post and store posts the same status again, which does no harm.
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type Loop, startLoop } from '../loop.ts';
import { assertRole, type Role } from '../store/roles.ts';
import {
  buryStatus,
  dropStatuses,
  listPendingStatusWrites,
  markStatusesSent,
  postponeStatus,
  type StatusPayload,
  type StatusWrite,
} from '../store/status-writes.ts';
import type { Store, Tx } from '../store/store.ts';
import { ForgeError } from './errors.ts';
import type { ForgeClient } from './forge-client.ts';
import {
  afterFailure,
  type DropReason,
  type ForgeHold,
  type OutboxEntry,
  type OutboxPlan,
  planOutbox,
  type Urgency,
} from './outbox-policy.ts';

export type OutboxParts = {
  store: Store;
  role: Role;
  client: ForgeClient;
  now: () => Instant;
  random: () => number;
  /** GitHub answers again after it had not: whoever asks it for something may ask again. */
  onReturn?: () => void;
  report: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
};

const urgencies: Urgency[] = ['verdict', 'phase', 'waiting'];
const pendingPerTick = 1_000;

const dropWords: Record<DropReason, string> = {
  superseded: 'a newer status of the same context went instead',
  expired: 'too old to matter',
  refused: 'GitHub will not take it',
};

type Write = { subject: StatusWrite; payload: StatusPayload };

export type Outbox = Loop & {
  /** GitHub is asked at once whether it is there: until when it should be left alone was noted by another clock. */
  clockLeapt(): void;
};

/** Starts sending. Wake it after every commit that wrote a status. */
export function startOutbox(parts: OutboxParts): Outbox {
  const { store, client, now, random, report } = parts;
  const posts = new Map<string, Promise<void>>();
  /** Posted, and still pending in the store. */
  const posted = new Set<string>();
  const closing = new AbortController();
  let hold: ForgeHold = null;

  async function tick(): Promise<number | null> {
    const sent = [...posted];
    const plan = await store.write(async tx => {
      await assertRole(tx, parts.role);
      await markStatusesSent(tx, sent.map(Number), now());
      return planned(tx);
    });
    for (const id of sent) posted.delete(id);
    for (const entry of plan.send) posts.set(entry.id, post(entry));
    return plan.wakeAt === null ? null : Math.max(0, plan.wakeAt - now());
  }

  async function planned(tx: Tx): Promise<OutboxPlan<Write>> {
    const pending = (await listPendingStatusWrites(tx, pendingPerTick)).map(entryOf);
    const plan = planOutbox({ pending, underWay: new Set([...posts.keys(), ...posted]), hold, now: now() });
    for (const [reason, dropped] of Map.groupBy(plan.drop, ({ reason }) => reason))
      await dropStatuses(
        tx,
        dropped.map(({ id }) => Number(id)),
        dropWords[reason],
      );
    for (const { id, tries, nextAt } of plan.inherit)
      await postponeStatus(tx, Number(id), tries, nextAt, null);
    return plan;
  }

  async function post(entry: OutboxEntry<Write>): Promise<void> {
    try {
      const { repository: fullName, commit: sha, context } = entry.payload.subject;
      await client.postStatus({ fullName, sha, context, ...entry.payload.payload }, closing.signal);
      if (hold !== null) parts.onReturn?.();
      hold = null;
      posted.add(entry.id);
    } catch (error) {
      if (!closing.signal.aborted) await recordFailure(entry, error);
    } finally {
      posts.delete(entry.id);
      loop.wake();
    }
  }

  async function recordFailure(entry: OutboxEntry<Write>, error: unknown): Promise<void> {
    if (!(error instanceof ForgeError)) throw error;
    const { repository, commit, context } = entry.payload.subject;
    report.warn({ repository, commit, context, code: error.code }, error.message);
    const after = afterFailure({ entry, failure: error, hold, now: now(), random: random() });
    hold = after.hold;
    const next = after.entry;
    await store.write(tx =>
      'drop' in next
        ? buryStatus(tx, Number(entry.id), error.message)
        : postponeStatus(tx, Number(entry.id), next.tries, next.nextAt, error.message),
    );
  }

  const loop = startLoop({
    tick,
    gatherMs: limits.outboxGatherMs,
    onError: error => report.error({ err: error }, 'the outbox could not be read; trying again'),
  });
  return {
    wake: loop.wake,
    clockLeapt() {
      if (hold) hold = { ...hold, until: now() };
    },
    async close() {
      closing.abort();
      await loop.close();
      await Promise.allSettled(posts.values());
      if (posted.size > 0) await store.write(tx => markStatusesSent(tx, [...posted].map(Number), now()));
    },
  };
}

function entryOf(write: StatusWrite): OutboxEntry<Write> {
  return {
    id: String(write.id),
    key: `${write.repository.toLowerCase()} ${write.commit} ${write.context}`,
    urgency: urgencies[write.priority] ?? 'waiting',
    createdAt: write.createdAt,
    tries: write.tries,
    nextAt: write.nextAt,
    payload: { subject: write, payload: write.payload },
  };
}
