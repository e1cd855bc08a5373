/** Failures of TLS that an administrator can mend: the message says what is wrong and what to do. */
export type TlsErrorCode =
  | 'no-certificate'
  | 'certificate-unusable'
  | 'name-not-covered'
  | 'name-malformed'
  | 'plain-text-on-public-address';

export class TlsError extends Error {
  override readonly name = 'TlsError';
  readonly code: TlsErrorCode;

  constructor(code: TlsErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
