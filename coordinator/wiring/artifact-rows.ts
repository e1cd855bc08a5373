/** The store, as the uploads ask for it. */
import type { AttemptId } from '#shared/ids.ts';
import type { ArtifactRows } from '../artifacts/artifact-rows.ts';
import { isArtifactKnown } from '../store/artifacts.ts';
import { findAttempt } from '../store/attempts.ts';
import { expectBlob } from '../store/blob-rows.ts';
import type { Store, Tx } from '../store/store.ts';
import { listUploads, recordUpload } from '../store/uploads.ts';

export function createArtifactRows({ read, write }: Store): ArtifactRows {
  const openAttempt = async (tx: Tx, id: AttemptId) => {
    const attempt = await findAttempt(tx, id);
    return attempt?.state.status === 'running' ? { repository: attempt.repositoryId } : null;
  };
  return {
    openAttempt: id => openAttempt(read, id),
    isKnownWithin: (repository, sha256) => isArtifactKnown(read, repository, sha256),
    expectBlob: blob => write(tx => expectBlob(tx, blob)),
    // The attempt may have ended while its last bytes came in: nobody would take such a row away any more.
    recordUpload: (attempt, upload) =>
      write(async tx => {
        if (await openAttempt(tx, attempt)) await recordUpload(tx, attempt, upload);
      }),
    uploads: attempt => listUploads(read, attempt),
  };
}
