/** Secrets for people: names, recipients, moments. Values are never part of it. */

import { limits } from '#shared/limits.ts';
import type { LastGiven, SecretDetail, SecretLogEntry, SecretLogQuery, SecretView } from '#shared/secrets.ts';
import { findHost } from '../store/hosts.ts';
import { lastGivenKey, listLastGiven, listSecretLog, type SecretLogRow } from '../store/secret-log.ts';
import { findSecret, listSecrets, type SecretKey, type StoredSecret } from '../store/secrets.ts';
import type { Tx } from '../store/store.ts';

export const viewSecret = (secret: StoredSecret, lastGiven: LastGiven | null): SecretView => ({
  ...{ repository: secret.scope, stage: secret.stage, name: secret.name, form: secret.form },
  ...{ images: secret.images, labels: secret.labels, version: secret.version },
  ...{ setAt: secret.setAt, setBy: secret.setBy, rootKey: secret.envelope.root, lastGiven },
});

export async function viewSecrets(tx: Tx): Promise<SecretView[]> {
  const given = await listLastGiven(tx);
  return (await listSecrets(tx)).map(secret => viewSecret(secret, given.get(lastGivenKey(secret)) ?? null));
}

/** Null: there is none. */
export async function viewSecretDetail(tx: Tx, key: SecretKey): Promise<SecretDetail | null> {
  const secret = await findSecret(tx, key);
  if (!secret) return null;
  const log = await viewLogRows(tx, await listSecretLog(tx, key, limits.secretLogItems));
  const lastGiven = (await listLastGiven(tx)).get(lastGivenKey(key)) ?? null;
  return { ...viewSecret(secret, lastGiven), log };
}

export async function viewSecretLog(
  tx: Tx,
  { repository, name, limit }: SecretLogQuery,
): Promise<SecretLogEntry[]> {
  const asked = { ...(repository ? { scope: repository } : {}), ...(name ? { name } : {}) };
  return viewLogRows(tx, await listSecretLog(tx, asked, limit));
}

async function viewLogRows(tx: Tx, rows: readonly SecretLogRow[]): Promise<SecretLogEntry[]> {
  const ids = [...new Set(rows.flatMap(({ to }) => to?.host ?? []))];
  const names = new Map(
    await Promise.all(ids.map(async id => [id, (await findHost(tx, id))?.name ?? null] as const)),
  );
  return rows.map(({ at, type, scope, stage, name, version, by, to }) => ({
    ...{ at, type, repository: scope, stage, name, version, by },
    ...{ attempt: to?.attempt ?? null, job: to?.job ?? null, run: to?.run ?? null, image: to?.image ?? null },
    host: to && { id: to.host, name: names.get(to.host) ?? null },
  }));
}
