/** Failures of access that an operator can act on. A wrong token is no failure: it is refused (`AccessRefused`). */
export class AccessError extends Error {
  override readonly name = 'AccessError';
  readonly code: 'key-unreadable';

  constructor(message: string) {
    super(message);
    this.code = 'key-unreadable';
  }
}

const refusals = {
  'wrong-token': 'this token is not known here',
  'expired-token': 'this token has expired; make a new one',
  'revoked-token': 'this token was revoked',
} as const;

/**
 * Whoever shows a token wants to be known by it: one that does not count is refused, also where a stranger would be served.
 * What is wrong with it learns only who has the whole of it.
 */
export class AccessRefused extends Error {
  override readonly name = 'AccessRefused';
  readonly code: keyof typeof refusals;

  constructor(code: keyof typeof refusals) {
    super(refusals[code]);
    this.code = code;
  }
}
