/** Secrets, sealed: nothing here opens them. A removed one has no value, and its versions go on counting. */
import type { Selectable } from 'kysely';
import * as z from 'zod';
import type { Instant } from '#shared/ids.ts';
import { type SecretForm, secretForm, secretStage } from '#shared/secrets.ts';
import { columnParser, parseValue } from './rows.ts';
import type { Tables } from './schema.ts';
import { statement } from './statement.ts';
import type { Tx } from './store.ts';

export type SecretKey = {
  /** `owner/name` or `owner/*`, in small letters. */
  scope: string;
  /** Empty: jobs of any. */
  stage: z.output<typeof secretStage>;
  name: string;
};

/** A value under its own key, and that key under a root key, which is named by its fingerprint. */
export type Envelope = { root: string; wrapped: string; sealed: string };

export type StoredSecret = SecretKey & {
  form: SecretForm;
  images: string[];
  labels: Record<string, string>;
  version: number;
  setBy: string;
  setAt: Instant;
  envelope: Envelope;
};

const imagesOf = columnParser(z.array(z.string()));
const labelsOf = columnParser(z.record(z.string(), z.string()));

function fromRow(row: Selectable<Tables['secret']>): StoredSecret {
  const where = `secret ${row.scope} ${row.stage} ${row.name}`;
  const { root, wrapped, sealed } = row;
  if (root === null || wrapped === null || sealed === null)
    throw new Error(`impossible row ${where}: no value`);
  return {
    ...{ scope: row.scope, name: row.name, version: row.version, setBy: row.set_by, setAt: row.set_at },
    stage: parseValue(secretStage, row.stage, where),
    form: parseValue(secretForm, row.form, where),
    images: imagesOf(row.images, where),
    labels: labelsOf(row.labels, where),
    envelope: { root, wrapped, sealed },
  };
}

const ofScopes = statement((db, { exact, whole }: { exact: string; whole: string }) =>
  db
    .selectFrom('secret')
    .selectAll()
    .where(eb => eb.or([eb('scope', '=', exact), eb('scope', '=', whole)]))
    .where('root', 'is not', null),
);

/** Those of a repository and of its organisation. */
export async function listSecretsFor(tx: Tx, fullName: string): Promise<StoredSecret[]> {
  const exact = fullName.toLowerCase();
  const rows = await ofScopes.all(tx, { exact, whole: `${exact.split('/')[0]}/*` });
  return rows.map(fromRow);
}

export async function listSecrets(tx: Tx): Promise<StoredSecret[]> {
  const rows = await tx
    .selectFrom('secret')
    .selectAll()
    .where('root', 'is not', null)
    .orderBy('scope')
    .orderBy('name')
    .orderBy('stage')
    .execute();
  return rows.map(fromRow);
}

const at = (tx: Tx, { scope, stage, name }: SecretKey) =>
  tx.selectFrom('secret').where('scope', '=', scope).where('stage', '=', stage).where('name', '=', name);

export async function findSecret(tx: Tx, key: SecretKey): Promise<StoredSecret | null> {
  const row = await at(tx, key).selectAll().where('root', 'is not', null).executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** Number of the newest version that there ever was; 0 where there was none. */
export async function findSecretVersion(tx: Tx, key: SecretKey): Promise<number> {
  const row = await at(tx, key).select('version').executeTakeFirst();
  return row?.version ?? 0;
}

export async function countSecrets(tx: Tx, scope: string): Promise<number> {
  const row = await tx
    .selectFrom('secret')
    .select(eb => eb.fn.countAll().as('count'))
    .where('scope', '=', scope)
    .where('root', 'is not', null)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Puts a version in the place of the one before it, whose value is gone then. False: that is not the one before it any more. */
export async function saveSecret(tx: Tx, secret: StoredSecret): Promise<boolean> {
  const { scope, stage, name, form, version, setBy, setAt, envelope } = secret;
  if ((await findSecretVersion(tx, secret)) !== version - 1) return false;
  const values = {
    ...{ form, images: JSON.stringify(secret.images), labels: JSON.stringify(secret.labels) },
    ...{ version, ...envelope, set_by: setBy, set_at: setAt },
  };
  await tx
    .insertInto('secret')
    .values({ scope, stage, name, ...values })
    .onConflict(conflict => conflict.columns(['scope', 'stage', 'name']).doUpdateSet(values))
    .execute();
  return true;
}

/** Its value goes. False: there was none. */
export async function removeSecret(tx: Tx, { scope, stage, name }: SecretKey): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('secret')
    .set({ root: null, wrapped: null, sealed: null })
    .where('scope', '=', scope)
    .where('stage', '=', stage)
    .where('name', '=', name)
    .where('root', 'is not', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Which root keys are needed, by their fingerprints, and for how many secrets. */
export async function listRootsInUse(tx: Tx): Promise<{ root: string; count: number }[]> {
  const rows = await tx
    .selectFrom('secret')
    .select(['root', eb => eb.fn.countAll().as('count')])
    .where('root', 'is not', null)
    .groupBy('root')
    .orderBy('root')
    .execute();
  return rows.map(({ root, count }) => ({ root: root ?? '', count: Number(count) }));
}

/** Hangs a version on another root key; does nothing to one that was replaced or removed meanwhile. */
export async function rewrapSecret(
  tx: Tx,
  { scope, stage, name, version, envelope }: StoredSecret,
  next: Pick<Envelope, 'root' | 'wrapped'>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('secret')
    .set(next)
    .where('scope', '=', scope)
    .where('stage', '=', stage)
    .where('name', '=', name)
    .where('version', '=', version)
    .where('wrapped', '=', envelope.wrapped)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
