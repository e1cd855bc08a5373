/** The store, as the uploads ask for it. */
import type { ArtifactRows } from '../artifacts/artifact-rows.ts';
import { isArtifactKnown } from '../store/artifacts.ts';
import { findAttempt } from '../store/attempts.ts';
import type { Store } from '../store/store.ts';
import { listUploads, recordUpload } from '../store/uploads.ts';

export function createArtifactRows({ read, write }: Store): ArtifactRows {
  return {
    async openAttempt(id) {
      const attempt = await findAttempt(read, id);
      return attempt?.state.status === 'running' ? { repository: attempt.repositoryId } : null;
    },
    isKnownWithin: (repository, sha256) => isArtifactKnown(read, repository, sha256),
    recordUpload: (attempt, upload) => write(tx => recordUpload(tx, attempt, upload)),
    uploads: attempt => listUploads(read, attempt),
  };
}
