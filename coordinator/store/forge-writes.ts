/** The outbox for the forge: written in the transaction that makes it true, sent afterwards, never lost. */
import type { Selectable } from 'kysely';
import * as z from 'zod';
import { type ForgeWriteKind, forgeWriteKind } from '#shared/forge-write.ts';
import { type CommitSha, commitSha, type Instant } from '#shared/ids.ts';
import {
  type CheckPayload,
  type CommentPayload,
  checkPayload,
  commentPayload,
  type ReactionPayload,
  reactionPayload,
  type StatusPayload,
  statusPayload,
} from './forge-payloads.ts';
import { parseColumn, parseValue, word } from './rows.ts';
import type { Tables } from './schema.ts';
import { pick, statement } from './statement.ts';
import type { Tx } from './store.ts';

type Payloads = {
  status: StatusPayload;
  check: CheckPayload;
  comment: CommentPayload;
  reaction: ReactionPayload;
};

const writeStatus = z.enum(['pending', 'sent', 'dropped', 'dead']);

/** Writes with the same key replace each other: only the newest is worth sending. */
export type WriteKey = {
  kind: ForgeWriteKind;
  /** owner/name */
  repository: string;
  /** The commit of a status or check, the number of a comment's pull request, the id of a reaction's comment. */
  subject: string;
  /** A status's context, a check's run, which comment of ours, which reaction. */
  context: string;
};

type WriteFacts = WriteKey & {
  id: number;
  /** Lower goes first: 0 a settled verdict, 1 a change of phase, 2 waiting text. */
  priority: number;
  status: z.infer<typeof writeStatus>;
  tries: number;
  nextAt: Instant;
  message: string | null;
  createdAt: Instant;
  sentAt: Instant | null;
};

/** A kind, and what may be said with it. */
export type Saying = { [Kind in ForgeWriteKind]: { kind: Kind; payload: Payloads[Kind] } }[ForgeWriteKind];
export type ForgeWrite = Omit<WriteFacts, 'kind'> & Saying;
export type WriteOf<Kind extends ForgeWriteKind> = Extract<ForgeWrite, { kind: Kind }>;

function sayingOf(row: Selectable<Tables['forge_write']>): Saying {
  const where = `forge_write ${row.id}`;
  const kind = parseValue(forgeWriteKind, row.kind, `${where}.kind`);
  const payloadAs = <Schema extends z.ZodType>(schema: Schema) =>
    parseColumn(schema, row.payload, `${where}.payload`);
  switch (kind) {
    case 'status':
      return { kind, payload: payloadAs(statusPayload) };
    case 'check':
      return { kind, payload: payloadAs(checkPayload) };
    case 'comment':
      return { kind, payload: payloadAs(commentPayload) };
    case 'reaction':
      return { kind, payload: payloadAs(reactionPayload) };
  }
}

const fromRow = (row: Selectable<Tables['forge_write']>): ForgeWrite => ({
  ...sayingOf(row),
  id: row.id,
  repository: row.repository,
  subject: row.subject,
  context: row.context,
  priority: row.priority,
  status: parseValue(writeStatus, row.status, `forge_write ${row.id}.status`),
  tries: row.tries,
  nextAt: row.next_at,
  message: row.message,
  createdAt: row.created_at,
  sentAt: row.sent_at,
});

const columns = [
  'kind',
  'repository',
  'subject',
  'context',
  'payload',
  'priority',
  'status',
  'tries',
  'next_at',
  'message',
  'created_at',
  'sent_at',
] as const;

const insert = statement((db, row: Pick<Tables['forge_write'], (typeof columns)[number]>) =>
  db.insertInto('forge_write').values(pick(row, columns)),
);

export type NewWrite = Omit<WriteKey, 'kind'> & Pick<WriteFacts, 'priority'> & Saying;

export async function addWrite(tx: Tx, write: NewWrite, at: Instant): Promise<void> {
  await insert.run(tx, {
    kind: write.kind,
    repository: write.repository,
    subject: write.subject,
    context: write.context,
    payload: JSON.stringify(write.payload),
    priority: write.priority,
    status: 'pending',
    tries: 0,
    next_at: at,
    message: null,
    created_at: at,
    sent_at: null,
  });
}

const pending = statement((db, { max }: { max: number }) =>
  db
    .selectFrom('forge_write')
    .selectAll()
    .where('status', '=', word('pending'))
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('subject', 'context'),
        'in',
        selectFrom('forge_write')
          .select(['subject', 'context'])
          .where('status', '=', word('pending'))
          .orderBy('next_at')
          .orderBy('id')
          .limit(max)
          .$asTuple('subject', 'context'),
      ),
    )
    .orderBy('id'),
);

/**
 * Every pending write of the keys that have been due the longest, in the order they were written. `max` counts the
 * writes that are due first, and all others of their keys come with them: who saw only some of a key could send an older
 * one after a newer one.
 */
export const listPendingWrites = async (tx: Tx, max: number): Promise<ForgeWrite[]> =>
  (await pending.all(tx, { max })).map(fromRow);

const newest = statement((db, { kind, repository, subject, context }: WriteKey) =>
  db
    .selectFrom('forge_write')
    .selectAll()
    .where('subject', '=', subject)
    .where('context', '=', context)
    .where('repository', '=', repository)
    .where('kind', '=', kind)
    .orderBy('id', 'desc')
    .limit(1),
);

/** The newest write of a key, whatever became of it. */
export async function findLastWrite<Kind extends ForgeWriteKind>(
  tx: Tx,
  key: WriteKey & { kind: Kind },
): Promise<WriteOf<Kind> | null> {
  const row = await newest.first(tx, key);
  return row ? (fromRow(row) as WriteOf<Kind>) : null; // the kind was asked for
}

/** All statuses of a commit, or all of its checks, oldest first. */
export async function listCommitWrites<Kind extends 'status' | 'check'>(
  tx: Tx,
  kind: Kind,
  { repository, commit }: { repository: string; commit: CommitSha },
): Promise<WriteOf<Kind>[]> {
  const rows = await tx
    .selectFrom('forge_write')
    .selectAll()
    .where('subject', '=', commit)
    .where('repository', '=', repository)
    .where('kind', '=', word(kind))
    .orderBy('id')
    .execute();
  return rows.map(row => fromRow(row) as WriteOf<Kind>); // the kind was asked for
}

const oldestPending = statement(db =>
  db
    .selectFrom('forge_write')
    .select(({ fn }) => [fn.min('created_at').as('at'), fn.countAll<number>().as('count')])
    .where('status', '=', word('pending')),
);

/** How many wait to be sent, and since when the first of them; null: none. */
export async function findOutboxBacklog(tx: Tx): Promise<{ count: number; since: Instant } | null> {
  const row = await oldestPending.first(tx, {});
  return row?.at == null ? null : { count: Number(row.count), since: Number(row.at) };
}

const refusedCount = statement(db =>
  db
    .selectFrom('forge_write')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    // As the index has them, which is small.
    .where('status', 'in', [word('pending'), word('dead')])
    .where('status', '=', word('dead')),
);

/** How many the forge has refused for good. */
export const countRefusedWrites = async (tx: Tx): Promise<number> =>
  Number((await refusedCount.one(tx, {})).count);

export async function dropWrites(tx: Tx, ids: number[], message: string): Promise<void> {
  if (ids.length === 0) return;
  await tx.updateTable('forge_write').set({ status: 'dropped', message }).where('id', 'in', ids).execute();
}

/** Gives one up for good: the forge will never take it. It stays visible. */
export async function buryWrite(tx: Tx, id: number, message: string): Promise<void> {
  await tx.updateTable('forge_write').set({ status: 'dead', message }).where('id', '=', id).execute();
}

/** `message` null keeps the one that is there. */
export async function postponeWrite(
  tx: Tx,
  id: number,
  tries: number,
  nextAt: Instant,
  message: string | null,
): Promise<void> {
  const columns = { tries, next_at: nextAt, ...(message === null ? {} : { message }) };
  await tx.updateTable('forge_write').set(columns).where('id', '=', id).execute();
}

/** Commits with a status or a check that the forge has refused since then, those refused last first. */
export async function listRefusedSubjects(
  tx: Tx,
  { since, max }: { since: Instant; max: number },
): Promise<{ repository: string; commit: CommitSha }[]> {
  const rows = await tx
    .selectFrom('forge_write')
    .select(['repository', 'subject'])
    // As the index has them, which is small.
    .where('status', 'in', [word('pending'), word('dead')])
    .where('status', '=', word('dead'))
    .where('kind', 'in', [word('status'), word('check')])
    .where('created_at', '>', since)
    .groupBy(['repository', 'subject'])
    .orderBy(eb => eb.fn.max('id'), 'desc')
    .limit(max)
    .execute();
  return rows.map(({ repository, subject }) => ({ repository, commit: commitSha.parse(subject) }));
}

/** Pending and dead ones for people to see, oldest first. */
export async function listUnsentWrites(tx: Tx, max: number): Promise<ForgeWrite[]> {
  const rows = await tx
    .selectFrom('forge_write')
    .selectAll()
    .where('status', 'in', [word('pending'), word('dead')])
    .orderBy('id')
    .limit(max)
    .execute();
  return rows.map(fromRow);
}
