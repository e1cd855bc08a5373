export type BlobErrorCode = 'no-space' | 'missing' | 'wrong-digest' | 'taken-over' | 'unwritable';

/** An operation on the blob store failed. Nothing half-written is ever visible under a digest. */
export class BlobError extends Error {
  override readonly name = 'BlobError';
  readonly code: BlobErrorCode;
  /** The digest or the upload this is about. */
  readonly subject: string;

  constructor(code: BlobErrorCode, subject: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.subject = subject;
  }
}

/** The system's code of a failed call ("ENOENT"), or null when the error is not from the system (ours have codes too). */
export const systemCode = (error: unknown): string | null =>
  error instanceof Error && 'errno' in error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;

/** A full disk, as the system says it: no blocks, no quota, or a file size limit. */
export const isNoSpace = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(systemCode(error) ?? '');

/** Turns a failed system call of a write into a sentence a human can act on; other errors pass unchanged. */
export function asWriteError(error: unknown, directory: string, subject: string): unknown {
  if (isNoSpace(error))
    return new BlobError(
      'no-space',
      subject,
      `The blob directory ${directory} has no space left, so ${subject} was not stored. Senders try again by themselves; free some space there.`,
      { cause: error },
    );
  if (systemCode(error) === null) return error;
  return new BlobError(
    'unwritable',
    subject,
    `Storing ${subject} in the blob directory ${directory} failed (${systemCode(error)}). Nothing of it is visible; check the disk and the directory's owner.`,
    { cause: error },
  );
}
