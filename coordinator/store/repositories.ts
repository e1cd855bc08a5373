import { sql } from 'kysely';
import * as z from 'zod';
import type { Instant, RepositoryId } from '#shared/ids.ts';
import { newId } from './new-id.ts';
import { flag, parseValue } from './rows.ts';
import type { Tables } from './schema.ts';
import { pick, statement } from './statement.ts';
import type { Tx } from './store.ts';

/** Where statuses go. */
const forge = z.enum(['github', 'none']);

export type Repository = {
  id: RepositoryId;
  /** owner/name as the forge spells it, or the directory's name for a local one. */
  fullName: string;
  cloneUrl: string;
  defaultBranch: string;
  isPrivate: boolean;
  forge: z.infer<typeof forge>;
};

const fromRow = (row: Tables['repository']): Repository => ({
  id: row.id,
  fullName: row.full_name,
  cloneUrl: row.clone_url,
  defaultBranch: row.default_branch,
  isPrivate: row.is_private === 1,
  forge: parseValue(forge, row.forge, `repository ${row.id}.forge`),
});

const byId = statement((db, { id }: Pick<Repository, 'id'>) =>
  db.selectFrom('repository').selectAll().where('id', '=', id),
);

export async function findRepository(tx: Tx, id: RepositoryId): Promise<Repository | null> {
  const row = await byId.first(tx, { id });
  return row ? fromRow(row) : null;
}

export async function listRepositories(tx: Tx): Promise<Repository[]> {
  const rows = await tx.selectFrom('repository').selectAll().orderBy('id').execute();
  return rows.map(fromRow);
}

/** The newest first, with their names: whoever sees some of them is told by name which. */
export async function listPrivateRepositories(
  tx: Tx,
  max: number,
): Promise<Pick<Repository, 'id' | 'fullName'>[]> {
  const query = tx.selectFrom('repository').select(['id', 'full_name']).where('is_private', '=', 1);
  const rows = await query.orderBy('id', 'desc').limit(max).execute();
  return rows.map(({ id, full_name }) => ({ id, fullName: full_name }));
}

/** What the databases' `lower` does to a name: it knows the letters of ASCII, and so do forges. */
const folded = (fullName: string): string => fullName.replaceAll(/[A-Z]+/g, letters => letters.toLowerCase());

/** Letter case does not count, as on the forge. */
export async function findRepositoryByName(tx: Tx, fullName: string): Promise<Repository | null> {
  const row = await tx
    .selectFrom('repository')
    .selectAll()
    .where(eb => eb(eb.fn<string>('lower', ['full_name']), '=', folded(fullName)))
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

type Columns = Pick<
  Tables['repository'],
  'full_name' | 'clone_url' | 'default_branch' | 'is_private' | 'forge'
>;

const upsert = statement((db, row: Columns & Pick<Tables['repository'], 'id' | 'created_at'>) => {
  const columns = pick(row, ['full_name', 'clone_url', 'default_branch', 'is_private', 'forge']);
  return db
    .insertInto('repository')
    .values({ id: row.id, ...columns, last_run_number: 0, created_at: row.created_at })
    .onConflict(conflict => conflict.expression(sql`lower(full_name)`).doUpdateSet(columns))
    .returningAll();
});

/** Makes the repository known, or brings what the forge says of it up to date. */
export async function upsertRepository(
  tx: Tx,
  facts: Omit<Repository, 'id'>,
  at: Instant,
): Promise<Repository> {
  const row = await upsert.one(tx, {
    id: newId.repository(),
    full_name: facts.fullName,
    clone_url: facts.cloneUrl,
    default_branch: facts.defaultBranch,
    is_private: flag(facts.isPrivate),
    forge: facts.forge,
    created_at: at,
  });
  return fromRow(row);
}

const takeNumber = statement((db, { id }: Pick<Repository, 'id'>) =>
  db
    .updateTable('repository')
    .set(eb => ({ last_run_number: eb('last_run_number', '+', 1) }))
    .where('id', '=', id)
    .returning('last_run_number'),
);

/** The next number for a run of this repository: 1, 2, 3 … without gaps in committed rows. */
export const takeRunNumber = async (tx: Tx, id: RepositoryId): Promise<number> =>
  (await takeNumber.one(tx, { id })).last_run_number;
