export type StoreFailure =
  | 'newer-schema'
  | 'locked'
  | 'disk-full'
  | 'disk-failed'
  | 'damaged'
  | 'unreachable'
  | 'login-refused'
  | 'not-writable'
  | 'not-the-brain';

/** Failures of the store that an operator can act on. Everything else a query throws is a bug. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreFailure;

  constructor(code: StoreFailure, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** A row changed between load and save: the caller loads again and decides again. */
export class StaleRowError extends Error {
  override readonly name = 'StaleRowError';
  readonly code = 'stale-row';

  constructor(table: string, id: string) {
    super(`${table} ${id} was changed by somebody else; nothing was saved, the caller tries again`);
  }
}

/** The failures a database reports itself: what happened, what becomes of it, what a human can do. */
const sentences = {
  locked: 'is locked by another process; stop it, or use another database',
  'disk-full': 'has no space left; nothing was lost, free some space and it goes on',
  'disk-failed': 'cannot be read or written because its disk fails; look at the log of the operating system',
  damaged: 'is damaged or was never written by Paddock; restore a backup, or use another data directory',
  unreachable: 'cannot be reached; Paddock tries again',
  'login-refused': 'refuses the login; check its address, name and password in the configuration',
  'not-writable': 'cannot be written; check its owner and permissions',
} satisfies Partial<Record<StoreFailure, string>>;

export type DatabaseFailure = keyof typeof sentences;

/** `place` is how a person knows the database: "the database /var/lib/paddock/paddock.db". */
export function databaseFailure(code: DatabaseFailure, place: string, cause: unknown): StoreError {
  const reason = cause instanceof Error && cause.message ? ` (${cause.message})` : '';
  return new StoreError(code, `${place} ${sentences[code]}${reason}`, { cause });
}
