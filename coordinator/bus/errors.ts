/** Failures of the bus that an operator can act on. */
export type BusErrorCode =
  | 'no-nats-server'
  | 'nats-server-too-old'
  | 'nats-server-not-public'
  | 'nats-server-failed'
  | 'public-host-missing'
  | 'port-taken'
  | 'address-unusable'
  | 'not-writable'
  | 'keys-unreadable'
  | 'in-use'
  | 'revocations-full'
  | 'revocation-failed'
  | 'closed';

export class BusError extends Error {
  override readonly name = 'BusError';
  readonly code: BusErrorCode;

  constructor(code: BusErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The `code` of an error of Node or of ours; '' when it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** What an error says, whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
