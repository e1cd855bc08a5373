export type SetupErrorCode = 'prerequisite-missing' | 'installation-failed' | 'bundle-failed';

/** Set-up could not make what a command needs. The message says what is missing and the exact thing to do. */
export class SetupError extends Error {
  readonly code: SetupErrorCode;

  constructor(code: SetupErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SetupError';
    this.code = code;
  }
}
