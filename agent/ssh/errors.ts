/** A computer that is reached by ssh cannot be reached, or does not do what it was asked. The message is a whole sentence. */
export class SshFailed extends Error {
  readonly code: string;
  /** Whether trying again may help. */
  readonly isTransient: boolean;
  constructor(code: string, message: string, more: { isTransient?: boolean; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.code = code;
    this.isTransient = more.isTransient ?? false;
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
