import type { AttemptId } from '#shared/ids.ts';

export type LogErrorCode =
  | 'bad-frame'
  | 'unknown-log'
  | 'log-removed'
  | 'not-owner'
  | 'damaged'
  | 'too-many-viewers'
  | 'too-many-searches';

/** An operation on a log failed; nothing that was answered for is lost. */
export class LogError extends Error {
  override readonly name = 'LogError';
  readonly code: LogErrorCode;
  readonly attempt: AttemptId | null;

  constructor(code: LogErrorCode, attempt: AttemptId | null, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.attempt = attempt;
  }
}

export const unknownLog = (attempt: AttemptId): LogError =>
  new LogError(
    'unknown-log',
    attempt,
    `There is no log of ${attempt} here: no such attempt, or another coordinator keeps it.`,
  );

/** `text`: when, and by which rule. */
export const logRemoved = (attempt: AttemptId, text: string): LogError =>
  new LogError('log-removed', attempt, `The log of ${attempt} was ${text}.`);

export const damaged = (attempt: AttemptId, detail: string): LogError =>
  new LogError(
    'damaged',
    attempt,
    `The log of ${attempt} is damaged: ${detail}. What is there is kept and not sealed; check the disk.`,
  );

export const tooManySearches = (attempt: AttemptId): LogError =>
  new LogError(
    'too-many-searches',
    attempt,
    `The log of ${attempt} was not searched: too many searches wait already; try again.`,
  );
