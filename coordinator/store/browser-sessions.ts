/**
 * Sessions of browsers. Of their secrets there are only hashes: the one that counts, the one that was handed out to follow
 * it, and for a moment the one before. What has ended stays for a while, for whoever wants to know what there was.
 */
import type { Instant, PersonId, SessionId } from '#shared/ids.ts';
import { newId } from './new-id.ts';
import type { Tables } from './schema.ts';
import type { Tx } from './store.ts';

export type BrowserSession = {
  id: SessionId;
  hash: string;
  nextHash: string | null;
  nextAt: Instant | null;
  previousHash: string | null;
  previousUntil: Instant | null;
  /** Null: whoever came by a one-time link, as administrator of the coordinator. */
  person: PersonId | null;
  /** In short, such as "Firefox on Linux". */
  browser: string;
  createdAt: Instant;
  expiresAt: Instant;
  /** Within `limits.seenStepMs`. */
  lastSeenAt: Instant;
  rotatedAt: Instant;
  endedAt: Instant | null;
};

const fromRow = (row: Tables['browser_session']): BrowserSession => ({
  id: row.id,
  hash: row.hash,
  nextHash: row.next_hash,
  nextAt: row.next_at,
  previousHash: row.previous_hash,
  previousUntil: row.previous_until,
  person: row.person_id,
  browser: row.browser,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastSeenAt: row.last_seen_at,
  rotatedAt: row.rotated_at,
  endedAt: row.ended_at,
});

export async function insertBrowserSession(
  tx: Tx,
  facts: Pick<BrowserSession, 'hash' | 'person' | 'browser' | 'createdAt' | 'expiresAt'>,
): Promise<BrowserSession> {
  const row: Tables['browser_session'] = {
    id: newId.session(),
    hash: facts.hash,
    next_hash: null,
    next_at: null,
    previous_hash: null,
    previous_until: null,
    person_id: facts.person,
    browser: facts.browser,
    created_at: facts.createdAt,
    expires_at: facts.expiresAt,
    last_seen_at: facts.createdAt,
    rotated_at: facts.createdAt,
    ended_at: null,
  };
  await tx.insertInto('browser_session').values(row).execute();
  return fromRow(row);
}

/** By any of its secrets; whether that one counts is for the caller to say. */
export async function findSessionByHash(tx: Tx, hash: string): Promise<BrowserSession | null> {
  for (const column of ['hash', 'next_hash', 'previous_hash'] as const) {
    const row = await tx
      .selectFrom('browser_session')
      .selectAll()
      .where(column, '=', hash)
      .executeTakeFirst();
    if (row) return fromRow(row);
  }
  return null;
}

export async function findBrowserSession(tx: Tx, id: SessionId): Promise<BrowserSession | null> {
  const row = await tx.selectFrom('browser_session').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? fromRow(row) : null;
}

type Secrets = Pick<
  BrowserSession,
  'hash' | 'nextHash' | 'nextAt' | 'previousHash' | 'previousUntil' | 'rotatedAt'
>;

/** Another state of its secrets; nothing when somebody else has changed them since they were `before`. */
export async function saveSecrets(
  tx: Tx,
  id: SessionId,
  before: Pick<BrowserSession, 'hash' | 'nextHash'>,
  { hash, nextHash, nextAt, previousHash, previousUntil, rotatedAt }: Secrets,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('browser_session')
    .set({
      ...{ hash, next_hash: nextHash, next_at: nextAt, rotated_at: rotatedAt },
      ...{ previous_hash: previousHash, previous_until: previousUntil },
    })
    .where('id', '=', id)
    .where('hash', '=', before.hash)
    .where('next_hash', before.nextHash === null ? 'is' : '=', before.nextHash)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function sawSession(tx: Tx, id: SessionId, at: Instant): Promise<void> {
  await tx.updateTable('browser_session').set({ last_seen_at: at }).where('id', '=', id).execute();
}

export type WhoseSessions = { person: PersonId | null } | 'everybody';

/** Newest first; those that have ended too. */
export async function listBrowserSessions(
  tx: Tx,
  whose: WhoseSessions,
  max: number,
): Promise<BrowserSession[]> {
  const query = tx.selectFrom('browser_session').selectAll().orderBy('id', 'desc').limit(max);
  const ofSome =
    whose === 'everybody'
      ? query
      : query.where('person_id', whose.person === null ? 'is' : '=', whose.person);
  return (await ofSome.execute()).map(fromRow);
}

/** False when it had ended, or is not there. */
export async function endBrowserSession(tx: Tx, id: SessionId, at: Instant): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('browser_session')
    .set({ ended_at: at })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** How many ended. */
export async function endBrowserSessions(tx: Tx, whose: WhoseSessions, at: Instant): Promise<number> {
  const query = tx.updateTable('browser_session').set({ ended_at: at }).where('ended_at', 'is', null);
  const ofSome =
    whose === 'everybody'
      ? query
      : query.where('person_id', whose.person === null ? 'is' : '=', whose.person);
  return Number((await ofSome.executeTakeFirst()).numUpdatedRows);
}

/** Whether anybody ever signed in. */
export const hasAnySession = async (tx: Tx): Promise<boolean> =>
  (await tx.selectFrom('browser_session').select('id').limit(1).executeTakeFirst()) !== undefined;

/** Those that were over before; the newest of all stays, so that it is known that somebody has signed in. */
export async function removeOldSessions(tx: Tx, before: Instant): Promise<void> {
  const newest = await tx
    .selectFrom('browser_session')
    .select('id')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!newest) return;
  await tx
    .deleteFrom('browser_session')
    .where('id', '<', newest.id)
    .where(eb => eb.or([eb('ended_at', '<', before), eb('expires_at', '<', before)]))
    .execute();
}
