/** Why a verb could not do what it was asked. */
export type CliErrorCode =
  | 'usage'
  | 'no-coordinator'
  | 'unreachable'
  | 'refused'
  | 'not-understood'
  | 'token'
  | 'output'
  | 'no-such-path'
  | 'not-a-repository'
  | 'no-such-commit'
  | 'git-missing'
  | 'git-failed'
  | 'not-started'
  | 'damaged'
  | 'interrupted'
  | 'image'
  | 'local';

/** One clear sentence; `hint` is the next thing to try and becomes the last line of what is said. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  readonly hint: string | null;

  constructor(code: CliErrorCode, message: string, hint: string | null, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}
