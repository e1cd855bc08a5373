/** Failures of the store that an operator can act on. Everything else a query throws is a bug. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: 'newer-schema' | 'locked' | 'disk-full' | 'unreachable' | 'not-writable' | 'not-the-brain';

  constructor(code: StoreError['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** A row changed between load and save: the caller loads again and decides again. */
export class StaleRowError extends Error {
  override readonly name = 'StaleRowError';

  constructor(table: string, id: string) {
    super(`${table} ${id} was changed by somebody else; nothing was saved, the caller tries again`);
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown })?.code ?? '');
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Names the operational failures of both databases; returns the error itself when it is none of them. */
export function asStoreError(error: unknown, place: string): unknown {
  const text = textOf(error);
  const code = codeOf(error);
  if (/database or disk is full|no space left/i.test(text) || code === '53100' || code === 'ENOSPC')
    return new StoreError(
      'disk-full',
      `no space left for ${place}; nothing was lost, free some space and it goes on`,
      { cause: error },
    );
  if (/database is locked|database table is locked/i.test(text))
    return new StoreError(
      'locked',
      `${place} is locked by another process; stop it, or use another data directory`,
      { cause: error },
    );
  if (/readonly database|unable to open database file|EACCES|EROFS/i.test(`${text} ${code}`))
    return new StoreError('not-writable', `${place} cannot be written; check its owner and permissions`, {
      cause: error,
    });
  if (/ECONNREFUSED|ECONNRESET|ENOTFOUND|Connection terminated|57P0[123]/.test(`${text} ${code}`))
    return new StoreError('unreachable', `${place} cannot be reached; Paddock tries again`, { cause: error });
  return error;
}
