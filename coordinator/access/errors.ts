import type { TokenId } from '#shared/ids.ts';

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
  'expired-token': 'this token has expired',
  'revoked-token': 'this token was revoked',
  'not-by-token': 'tokens are made by somebody who is signed in, and not by another token',
  'not-by-link': 'whoever came by a one-time link is nobody by name; make the token of a program',
  'beyond-maker': 'a token cannot do more than whoever makes it',
  'too-many-tokens': 'there are too many tokens; revoke some',
  'too-many-grants': 'there are too many roles; take some back, or give them by pattern',
  'not-begun-here': 'this browser has not begun to sign in, or too long ago, or has finished already',
  'not-by-forge': 'GitHub has not said who this is',
  'forge-unavailable': 'GitHub cannot be asked who this is',
  'too-many-sign-ins': 'too many people sign in just now',
} as const;

/** What somebody may in repositories of the forge could not be asked. */
export class RolesUnanswered extends Error {
  override readonly name = 'RolesUnanswered';
  readonly code = 'roles-unanswered';
  /** Nothing else would be answered now either. */
  readonly isForgeWide: boolean;
  readonly retryMs: number;

  constructor(
    message: string,
    { isForgeWide, retryMs }: { isForgeWide: boolean; retryMs: number },
    cause: unknown,
  ) {
    super(message, { cause });
    this.isForgeWide = isForgeWide;
    this.retryMs = retryMs;
  }
}

/**
 * Whoever shows a token wants to be known by it: one that does not count is refused, also where a stranger would be served.
 * What is wrong with it learns only who has the whole of it.
 */
export class AccessRefused extends Error {
  override readonly name = 'AccessRefused';
  readonly code: keyof typeof refusals;
  /** The token that was shown, where the whole of it was. */
  readonly token: TokenId | null;

  constructor(code: keyof typeof refusals, token: TokenId | null = null) {
    super(refusals[code]);
    this.code = code;
    this.token = token;
  }
}
