/** The audit log: entries are added in the transaction of what they tell of, read, and removed from the oldest on. */
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import {
  type ActName,
  type AuditActor,
  type AuditEntry,
  type AuditFilter,
  type AuditOutcome,
  type AuditValues,
  type AuditWay,
  auditActorKind,
  auditOutcome,
  auditValues,
  auditWay,
} from '#shared/audit.ts';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { digestOf, plainText } from './audit-chain.ts';
import { boundValues } from './audit-values.ts';
import { parseColumn, parseValue } from './rows.ts';
import type { Tables } from './schema.ts';

/** As in `store.ts`, which writes by this file. */
type Tx = Kysely<Tables>;

export type AuditFacts = {
  at: Instant;
  act: ActName;
  outcome: AuditOutcome;
  code: string | null;
  actor: AuditActor;
  way: AuditWay;
  address: string | null;
  repository: string | null;
  subject: string;
  before: AuditValues | null;
  after: AuditValues | null;
};

const cut = (text: string): string => plainText(text).slice(0, limits.auditTextChars).toWellFormed();
const cutOrNull = (text: string | null): string | null => (text === null ? null : cut(text));
const json = (values: AuditValues | null): string | null =>
  values === null ? null : plainText(JSON.stringify(boundValues(values)));

/**
 * Adds an entry behind the newest. Whoever else writes one waits for this transaction: the row of the chain is locked.
 * @returns its number
 */
export async function appendAudit(tx: Tx, facts: AuditFacts): Promise<number> {
  const { seq, digest: previous } = await tx
    .updateTable('audit_chain')
    .set(eb => ({ seq: eb('seq', '+', 1) }))
    .where('id', '=', 1)
    .returning(['seq', 'digest'])
    .executeTakeFirstOrThrow();
  const row = {
    seq: Number(seq),
    at: facts.at,
    act: facts.act,
    outcome: facts.outcome,
    code: cutOrNull(facts.code),
    actor_kind: facts.actor.kind,
    actor: cut(facts.actor.name),
    actor_id: cutOrNull(facts.actor.id),
    way: facts.way,
    address: cutOrNull(facts.address),
    repository: cutOrNull(facts.repository),
    subject: cut(facts.subject),
    before_act: json(facts.before),
    after_act: json(facts.after),
  };
  const digest = digestOf(previous, row);
  await tx
    .insertInto('audit_entry')
    .values({ ...row, digest })
    .execute();
  await tx.updateTable('audit_chain').set({ digest }).where('id', '=', 1).execute();
  return row.seq;
}

/** Whoever else writes an entry waits for this transaction from here on. */
export async function lockAudit(tx: Tx): Promise<void> {
  await tx
    .updateTable('audit_chain')
    .set(eb => ({ seq: eb.ref('seq') }))
    .where('id', '=', 1)
    .execute();
}

export function auditEntryFrom(row: Tables['audit_entry']): AuditEntry {
  const where = `audit_entry ${row.seq}`;
  const values = (text: string | null) => (text === null ? null : parseColumn(auditValues, text, where));
  return {
    ...{ seq: row.seq, at: row.at, act: row.act, code: row.code, digest: row.digest },
    outcome: parseValue(auditOutcome, row.outcome, where),
    actor: {
      kind: parseValue(auditActorKind, row.actor_kind, where),
      name: row.actor,
      id: row.actor_id,
    },
    way: parseValue(auditWay, row.way, where),
    ...{ address: row.address, repository: row.repository, subject: row.subject },
    before: values(row.before_act),
    after: values(row.after_act),
  };
}

type Rows = SelectQueryBuilder<Tables, 'audit_entry', Tables['audit_entry']>;

/** Ids are told from names by their prefix, so that each has an index. */
const isId = (actor: string): boolean => /^(?:prs|tok|ses)_[0-9a-z]{26}$/.test(actor);

function fitting(tx: Tx, filter: AuditFilter): Rows {
  let query = tx.selectFrom('audit_entry').selectAll();
  const { actor, act, subject, repository, outcome, since, until } = filter;
  if (actor !== undefined)
    query = isId(actor)
      ? query.where('actor_id', '=', actor)
      : query.where(sql`lower(actor)`, '=', actor.toLowerCase());
  if (act !== undefined)
    query =
      act.includes('.') || act === 'read'
        ? query.where('act', '=', act)
        : query.where('act', '>=', `${act}.`).where('act', '<', `${act}/`);
  if (subject !== undefined) query = query.where(sql`lower(subject)`, '=', subject.toLowerCase());
  if (repository !== undefined) query = query.where(sql`lower(repository)`, '=', repository.toLowerCase());
  if (outcome !== undefined) query = query.where('outcome', '=', outcome);
  if (since !== undefined) query = query.where('at', '>=', since);
  if (until !== undefined) query = query.where('at', '<', until);
  return query;
}

/** Newest first; those with a number below `before`. */
export async function listAudit(
  tx: Tx,
  filter: AuditFilter,
  { before, max }: { before: number | null; max: number },
): Promise<AuditEntry[]> {
  const all = fitting(tx, filter).orderBy('seq', 'desc').limit(max);
  const rows = await (before === null ? all : all.where('seq', '<', before)).execute();
  return rows.map(auditEntryFrom);
}

/** Oldest first, as they are stored; those with a number above `after` and up to `last`. */
export const listAuditRows = (
  tx: Tx,
  filter: AuditFilter,
  { after, last, max }: { after: number; last: number; max: number },
): Promise<Tables['audit_entry'][]> =>
  fitting(tx, filter).where('seq', '>', after).where('seq', '<=', last).orderBy('seq').limit(max).execute();

export type AuditChain = { seq: number; digest: string; startSeq: number; startDigest: string };

/** The newest entry, and the newest of those that were removed. */
export async function readAuditChain(tx: Tx): Promise<AuditChain> {
  const row = await tx.selectFrom('audit_chain').selectAll().where('id', '=', 1).executeTakeFirstOrThrow();
  return { seq: row.seq, digest: row.digest, startSeq: row.start_seq, startDigest: row.start_digest };
}

/** The newest entry that is too old, or too much; null: there is none. */
async function newestToGo(
  tx: Tx,
  before: Instant,
  most: number,
): Promise<{ seq: number; digest: string } | null> {
  const entries = () =>
    tx.selectFrom('audit_entry').select(['seq', 'digest']).orderBy('seq', 'desc').limit(1);
  const old = await entries().where('at', '<', before).executeTakeFirst();
  const beyond = await entries().offset(most).executeTakeFirst();
  if (!old || !beyond) return old ?? beyond ?? null;
  return old.seq > beyond.seq ? old : beyond;
}

/** Removes what is older, and of the rest all but the newest `most`. The chain begins behind them, and an entry says so. */
export async function trimAudit(
  tx: Tx,
  { before, most, at }: { before: Instant; most: number; at: Instant },
): Promise<number> {
  const last = await newestToGo(tx, before, most);
  if (!last) return 0;
  const { numDeletedRows } = await tx
    .deleteFrom('audit_entry')
    .where('seq', '<=', last.seq)
    .executeTakeFirst();
  await tx
    .updateTable('audit_chain')
    .set({ start_seq: last.seq, start_digest: last.digest })
    .where('id', '=', 1)
    .execute();
  await appendAudit(tx, {
    ...byItself,
    ...{ at, act: 'audit.trim', subject: `entries up to ${last.seq}` },
    after: { entries: Number(numDeletedRows), last: last.seq, digest: last.digest },
  });
  return Number(numDeletedRows);
}

/** Of what the coordinator does with nobody asking. */
export const byItself = {
  outcome: 'done',
  code: null,
  actor: { kind: 'coordinator', name: 'the coordinator', id: null },
  way: 'coordinator',
  address: null,
  repository: null,
  before: null,
  after: null,
} as const;
