/** The agent was started with an environment that says too little or nonsense; every problem in one message. */
export class SettingsInvalid extends Error {
  readonly code = 'settings-invalid';
}

/** The coordinator will not have this machine, or could not be reached before the boot deadline. */
export class EnrolmentEnded extends Error {
  readonly code = 'enrolment-ended';
}

/** A request over NATS that brought no usable answer: no connection, nobody there, too late, or not our protocol. */
export class RequestFailed extends Error {
  readonly code = 'request-failed';
}

/**
 * What may cure a failed transfer: trying again here after a while (`time`), another machine or a fresh token
 * (`elsewhere`), or nothing: then the job is not tried again either.
 */
export type Cure = 'time' | 'elsewhere' | 'nothing';

/** The source of the attempt did not arrive. */
export class SourceFailed extends Error {
  readonly code = 'source-failed';
  readonly cure: Cure;
  constructor(message: string, { cure, cause }: { cure: Cure; cause?: unknown }) {
    super(message, { cause });
    this.cure = cure;
  }
}

/** The artifacts were not handed over. */
export class UploadFailed extends Error {
  readonly code = 'upload-failed';
  readonly cure: Cure;
  constructor(message: string, { cure, cause }: { cure: Cure; cause?: unknown }) {
    super(message, { cause });
    this.cure = cure;
  }
}

/** What the work is done on failed, or cannot be reached: no verdict of a suite. */
export class SiteFailed extends Error {
  readonly code = 'site-failed';
}

/** An HTTP status by what may cure it; 507 and 429 pass, a refused token does not, what is not there never comes. */
export function cureOf(status: number): Cure {
  if (status >= 500 || status === 408 || status === 429) return 'time';
  return status === 401 || status === 403 ? 'elsewhere' : 'nothing';
}

/** What happened, in the innermost words: fetch says only "fetch failed", the fact is in its cause. */
export function reasonOf(error: unknown): string {
  const root = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(root instanceof Error)) return String(root);
  return root.message || ('code' in root ? String(root.code) : root.name);
}

/** Whether the operating system refused something: a full disk, a missing permission. */
export const isSystemError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && /^E[A-Z0-9]+$/.test(String(error.code));
