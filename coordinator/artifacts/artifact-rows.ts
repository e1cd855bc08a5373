/** What artifacts ask of the store. */
import type { AttemptId, RepositoryId } from '#shared/ids.ts';
import type { UploadKind } from './upload-request.ts';

/** A file of an attempt that has arrived whole and with its digest. */
export type CompleteUpload = { sha256: string; bytes: number; kind: UploadKind };

export type ArtifactRows = {
  /** The repository an attempt works for; null when the attempt is over or unknown, and may upload nothing. */
  openAttempt(attempt: AttemptId): Promise<{ repository: RepositoryId } | null>;
  /** Whether the repository already has an artifact with these bytes. Other repositories' do not count: a digest is not a right to read. */
  isKnownWithin(repository: RepositoryId, sha256: string): Promise<boolean>;
  /** Notes, durably, that these bytes are about to be stored: should nothing ever name them, they are found and removed. */
  expectBlob(blob: { sha256: string; bytes: number }): Promise<void>;
  /** Remembers, durably, that an attempt has handed over these bytes. Repeating is harmless. */
  recordUpload(attempt: AttemptId, upload: CompleteUpload): Promise<void>;
  /** Everything recorded for an attempt. */
  uploads(attempt: AttemptId): Promise<CompleteUpload[]>;
};

/** Where the uploads report what a human may have to know; a pino logger fits. */
export type UploadReporter = { error(fields: object, message: string): void };
