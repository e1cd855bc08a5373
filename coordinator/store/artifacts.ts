import type { Selectable } from 'kysely';
import type { ArtifactFile } from '#shared/artifact.ts';
import type { ArtifactId, AttemptId, Instant, JobId, RepositoryId } from '#shared/ids.ts';
import { newId } from './new-id.ts';
import type { Tables } from './schema.ts';
import type { Tx } from './store.ts';

export type Artifact = ArtifactFile & {
  id: ArtifactId;
  repositoryId: RepositoryId;
  jobId: JobId;
  attemptId: AttemptId;
  createdAt: Instant;
  /** When its bytes went; null: they are there. */
  removedAt: Instant | null;
};

const fromRow = (row: Selectable<Tables['artifact']>): Artifact => ({
  id: row.id,
  repositoryId: row.repository_id,
  jobId: row.job_id,
  attemptId: row.attempt_id,
  path: row.path,
  bytes: row.bytes,
  sha256: row.sha256,
  createdAt: row.created_at,
  removedAt: row.removed_at,
});

export async function insertArtifact(
  tx: Tx,
  artifact: Omit<Artifact, 'id' | 'createdAt' | 'removedAt'>,
  at: Instant,
): Promise<void> {
  await tx
    .insertInto('artifact')
    .values({
      id: newId.artifact(),
      repository_id: artifact.repositoryId,
      job_id: artifact.jobId,
      attempt_id: artifact.attemptId,
      path: artifact.path,
      bytes: artifact.bytes,
      sha256: artifact.sha256,
      created_at: at,
    })
    .onConflict(conflict => conflict.columns(['attempt_id', 'path']).doNothing())
    .execute();
}

export async function findArtifact(tx: Tx, id: ArtifactId): Promise<Artifact | null> {
  const row = await tx.selectFrom('artifact').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? fromRow(row) : null;
}

export async function listArtifactsOfJobs(tx: Tx, jobIds: JobId[]): Promise<Artifact[]> {
  if (jobIds.length === 0) return [];
  const rows = await tx
    .selectFrom('artifact')
    .selectAll()
    .where('job_id', 'in', jobIds)
    .orderBy('path')
    .execute();
  return rows.map(fromRow);
}

/** Whether this repository already has an artifact with these bytes: only then an upload may be skipped. */
export async function isArtifactKnown(tx: Tx, repositoryId: RepositoryId, sha256: string): Promise<boolean> {
  const row = await tx
    .selectFrom('artifact')
    .select('id')
    .where('repository_id', '=', repositoryId)
    .where('sha256', '=', sha256)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}
