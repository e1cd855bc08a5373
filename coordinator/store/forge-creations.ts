/**
 * What is made once at the forge and changed afterwards: a check run, a comment. Making it is noted before it is asked for,
 * and the number that the forge gave it together with "sent". Between the two a coordinator may die: who finds a creation
 * that has begun and has no number looks for it at the forge before making another.
 */
import type { Instant } from '#shared/ids.ts';
import type { WriteKey } from './forge-writes.ts';
import { statement } from './statement.ts';
import type { Tx } from './store.ts';

export type Creation = {
  /** The forge's number for it; null: not made, or not known to be. */
  forgeId: number | null;
  /** Whether the forge was ever asked to make it. */
  hasBegun: boolean;
};

const ofKey = statement((db, { kind, repository, subject, context }: WriteKey) =>
  db
    .selectFrom('forge_write')
    .select(({ fn }) => [fn.max('forge_id').as('forge_id'), fn.max('begun_at').as('begun_at')])
    .where('subject', '=', subject)
    .where('context', '=', context)
    .where('repository', '=', repository)
    .where('kind', '=', kind),
);

/** What is known of the thing that all writes of this key are about. */
export async function findCreation(tx: Tx, key: WriteKey): Promise<Creation> {
  const { forge_id: forgeId, begun_at: begunAt } = await ofKey.one(tx, key);
  return { forgeId, hasBegun: begunAt !== null };
}

/** The forge is going to be asked to make it. */
export async function noteCreation(tx: Tx, id: number, at: Instant): Promise<void> {
  await tx.updateTable('forge_write').set({ begun_at: at }).where('id', '=', id).execute();
}

export type SentWrite = { id: number; forgeId: number | null };

export async function markWritesSent(tx: Tx, sent: readonly SentWrite[], at: Instant): Promise<void> {
  const done = { status: 'sent', sent_at: at, message: null } as const;
  const ids = sent.filter(({ forgeId }) => forgeId === null).map(({ id }) => id);
  if (ids.length > 0) await tx.updateTable('forge_write').set(done).where('id', 'in', ids).execute();
  for (const { id, forgeId } of sent)
    if (forgeId !== null)
      await tx
        .updateTable('forge_write')
        .set({ ...done, forge_id: forgeId })
        .where('id', '=', id)
        .execute();
}
