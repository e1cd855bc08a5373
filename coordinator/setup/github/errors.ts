export type GithubSetUpCode =
  /** Something is there already that would be lost. */
  | 'exists'
  /** A file or folder cannot be written. */
  | 'not-writable'
  /** The configuration is not one in which this can be done. */
  | 'configuration'
  /** GitHub refused, or could not be reached. */
  | 'github';

/** The set-up on GitHub cannot go on. The message says what stands as it was and what to do; it holds no secret. */
export class GithubSetUpError extends Error {
  override readonly name = 'GithubSetUpError';
  readonly code: GithubSetUpCode;

  constructor(code: GithubSetUpCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
