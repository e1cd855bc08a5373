/** Artifacts that came long ago, the oldest first. Their rows stay, and say when the bytes went. */
import type { ArtifactId, Instant, RepositoryId, RunId } from '#shared/ids.ts';
import { loosen } from './blob-rows.ts';
import { word } from './rows.ts';
import type { Tx } from './store.ts';

/** One that may go; `landed`: the branch on which its run has landed. */
export type OldArtifact = {
  id: ArtifactId;
  createdAt: Instant;
  run: RunId;
  suite: string;
  image: string;
  landed: string | null;
};

export type ArtifactPlace = { createdAt: Instant; id: ArtifactId };

/** From behind `after`; none of a run that is kept. */
export async function listOldArtifacts(
  tx: Tx,
  repository: RepositoryId,
  { before, after, max }: { before: Instant; after: ArtifactPlace | null; max: number },
): Promise<OldArtifact[]> {
  let query = tx
    .selectFrom('artifact')
    .innerJoin('job', 'job.id', 'artifact.job_id')
    .innerJoin('run', 'run.id', 'job.run_id')
    .select(['artifact.id', 'artifact.created_at', 'job.run_id', 'job.suite', 'job.image'])
    .select(['run.purpose', 'run.ref'])
    .where('artifact.repository_id', '=', repository)
    .where('artifact.created_at', '<', before)
    .where('artifact.removed_at', 'is', null)
    .where('run.kept_at', 'is', null)
    .orderBy('artifact.created_at')
    .orderBy('artifact.id')
    .limit(max);
  if (after)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('artifact.created_at', 'artifact.id'), '>', tuple(after.createdAt, after.id)),
    );
  return (await query.execute()).map(row => ({
    id: row.id,
    createdAt: row.created_at,
    run: row.run_id,
    suite: row.suite,
    image: row.image,
    landed: row.purpose === 'landed' ? row.ref : null,
  }));
}

export async function findOldArtifact(
  tx: Tx,
  repository: RepositoryId,
  before: Instant,
): Promise<OldArtifact | null> {
  return (await listOldArtifacts(tx, repository, { before, after: null, max: 1 }))[0] ?? null;
}

/** Of one suite on one image, the newest run on a branch that still has artifacts. */
export async function findNewestArtifacts(
  tx: Tx,
  repository: RepositoryId,
  { landed, suite, image }: { landed: string; suite: string; image: string },
): Promise<RunId | null> {
  const row = await tx
    .selectFrom('run')
    .select('run.id')
    .where('run.repository_id', '=', repository)
    .where('run.purpose', '=', word('landed'))
    .where('run.ref', '=', landed)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('job')
          .innerJoin('artifact', 'artifact.job_id', 'job.id')
          .select('artifact.id')
          .whereRef('job.run_id', '=', 'run.id')
          .where('job.suite', '=', suite)
          .where('job.image', '=', image)
          .where('artifact.removed_at', 'is', null),
      ),
    )
    .orderBy('run.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Repeating is harmless. What they named is loose then. */
export async function removeArtifacts(tx: Tx, ids: readonly ArtifactId[], at: Instant): Promise<void> {
  if (ids.length === 0) return;
  const gone = await tx
    .updateTable('artifact')
    .set({ removed_at: at })
    .where('id', 'in', ids)
    .where('removed_at', 'is', null)
    .returning(['sha256', 'bytes'])
    .execute();
  await loosen(tx, gone);
}
