/** Failures of access that an operator can act on. A wrong token is no failure: it is a value. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
  readonly code: 'key-unreadable';

  constructor(message: string) {
    super(message);
    this.code = 'key-unreadable';
  }
}
