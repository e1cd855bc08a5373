/**
 * The outbox's shell: what the policy says leaves now is posted, and what came of it is stored, with the next tick. Posts
 * run beside each other; a coordinator that dies between post and store sends the same again, which does no harm.
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type Loop, startLoop } from '../ground/loop.ts';
import { type Creation, findCreation, markWritesSent, noteCreation } from '../store/forge-creations.ts';
import {
  buryWrite,
  dropWrites,
  type ForgeWrite,
  listPendingWrites,
  postponeWrite,
} from '../store/forge-writes.ts';
import { assertRole, type Role } from '../store/roles.ts';
import type { Store, Tx } from '../store/store.ts';
import { ForgeError } from './errors.ts';
import {
  afterFailure,
  type DropReason,
  type ForgeHold,
  type OutboxEntry,
  type OutboxPlan,
  planOutbox,
  shutUntil,
  type Urgency,
} from './outbox-policy.ts';
import { isCreation, sendWrite, type WritePorts } from './send-write.ts';

export type OutboxParts = WritePorts & {
  store: Store;
  role: Role;
  now: () => Instant;
  random: () => number;
  /** GitHub answers again after it had not: whoever asks it for something may ask again. */
  onReturn?: () => void;
  report: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
};

const urgencies: Urgency[] = ['verdict', 'phase', 'waiting'];
const pendingPerTick = 1_000;

const dropWords: Record<DropReason, string> = {
  superseded: 'a newer one went instead',
  expired: 'too old to matter',
  refused: 'GitHub will not take it',
};

type Entry = OutboxEntry<ForgeWrite>;
type Leaving = { entry: Entry; creation: Creation };

export type Outbox = Loop & {
  /** GitHub is asked at once whether it is there: until when it should be left alone was noted by another clock. */
  clockLeapt(): void;
};

/** Starts sending. Wake it after every commit that wrote something for the forge. */
export function startOutbox(parts: OutboxParts): Outbox {
  const { store, now, random, report } = parts;
  const posts = new Map<string, Promise<void>>();
  /** Posted, and still pending in the store; with GitHub's number where there is one. */
  const posted = new Map<string, number | null>();
  const closing = new AbortController();
  let hold: ForgeHold = null;

  async function tick(): Promise<number | null> {
    const sent = [...posted];
    const shut = shutUntil({ underWay: posts.size, hold, now: now() });
    if (shut !== null && sent.length === 0) return shut === 'post' ? null : shut - now();
    const { wakeAt, leaving } = await store.write(async tx => {
      await assertRole(tx, parts.role);
      await storeSent(tx, sent);
      const plan = await planned(tx);
      return { wakeAt: plan.wakeAt, leaving: await prepared(tx, plan.send) };
    });
    for (const [id] of sent) posted.delete(id);
    for (const each of leaving) posts.set(each.entry.id, post(each));
    return wakeAt === null ? null : Math.max(0, wakeAt - now());
  }

  const storeSent = (tx: Tx, sent: Iterable<[string, number | null]>): Promise<void> =>
    markWritesSent(
      tx,
      [...sent].map(([id, forgeId]) => ({ id: Number(id), forgeId })),
      now(),
    );

  async function planned(tx: Tx): Promise<OutboxPlan<ForgeWrite>> {
    const pending = (await listPendingWrites(tx, pendingPerTick)).map(entryOf);
    const underWay = new Set([...posts.keys(), ...posted.keys()]);
    const plan = planOutbox({ pending, underWay, hold, now: now() });
    for (const [reason, dropped] of Map.groupBy(plan.drop, ({ reason }) => reason))
      await dropWrites(
        tx,
        dropped.map(({ id }) => Number(id)),
        dropWords[reason],
      );
    for (const { id, tries, nextAt } of plan.inherit)
      await postponeWrite(tx, Number(id), tries, nextAt, null);
    return plan;
  }

  /** What may be made by this post is noted before, so that whoever comes after us looks for it. */
  async function prepared(tx: Tx, entries: readonly Entry[]): Promise<Leaving[]> {
    const leaving: Leaving[] = [];
    for (const entry of entries) {
      const { payload: write } = entry;
      const creation = isCreation(write.kind) ? await findCreation(tx, write) : nothingMade;
      if (isCreation(write.kind) && creation.forgeId === null) await noteCreation(tx, write.id, now());
      leaving.push({ entry, creation });
    }
    return leaving;
  }

  async function post({ entry, creation }: Leaving): Promise<void> {
    try {
      const forgeId = await sendWrite(parts, entry.payload, creation, closing.signal);
      if (hold !== null) parts.onReturn?.();
      hold = null;
      posted.set(entry.id, forgeId);
    } catch (error) {
      if (!closing.signal.aborted) await recordFailure(entry, error);
    } finally {
      posts.delete(entry.id);
      loop.wake();
    }
  }

  async function recordFailure(entry: Entry, error: unknown): Promise<void> {
    const { kind, repository, subject, context } = entry.payload;
    const about = { kind, repository, subject, context };
    const failure = error instanceof ForgeError ? error : ofOurs(error);
    if (failure instanceof ForgeError) report.warn({ ...about, code: failure.code }, failure.message);
    else report.error({ ...about, err: error }, `${failure.message}; it is tried again`);
    const after = afterFailure({ entry, failure, hold, now: now(), random: random() });
    hold = after.hold;
    const next = after.entry;
    await store.write(tx =>
      'drop' in next
        ? buryWrite(tx, Number(entry.id), failure.message)
        : postponeWrite(tx, Number(entry.id), next.tries, next.nextAt, failure.message),
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
      if (posted.size > 0) await store.write(tx => storeSent(tx, posted));
    },
  };
}

/** What a check shows could not be worked out: it waits, and holds nothing else up. */
const ofOurs = (error: unknown) => ({
  retry: 'backoff' as const,
  isForgeWide: false,
  message: `what it shows could not be worked out: ${error instanceof Error ? error.message : String(error)}`,
});

const nothingMade: Creation = { forgeId: null, hasBegun: false };

const entryOf = (write: ForgeWrite): Entry => ({
  id: String(write.id),
  key: `${write.kind} ${write.repository.toLowerCase()} ${write.subject} ${write.context}`,
  urgency: urgencies[write.priority] ?? 'waiting',
  createdAt: write.createdAt,
  tries: write.tries,
  nextAt: write.nextAt,
  payload: write,
});
