/**
 * Tokens of one attempt for one purpose: reading the source of one repository, uploading its files, or reading its caches. Nothing about them
 * is stored: a token is its claims and their signature, `base64url(json).base64url(hmac-sha256)`. The same claims give
 * the same token. Whether the attempt still counts is for whoever serves the request to ask.
 */
import * as z from 'zod';
import { attemptId, commitSha, type Instant, instant, repositoryId } from '#shared/ids.ts';
import { createSigner } from './signature.ts';

const claims = z.strictObject({
  scope: z.enum(['source', 'uploads', 'caches']),
  attempt: attemptId,
  repository: repositoryId,
  /** The one commit whose source may be read. */
  commit: commitSha.optional(),
  /** Epoch milliseconds; from then on the token is void. */
  exp: instant,
});
export type AttemptClaims = z.infer<typeof claims>;
export type AttemptScope = AttemptClaims['scope'];

export type TokenRejection = 'malformed' | 'forged' | 'expired' | 'other-scope';
export type TokenCheck = { claims: AttemptClaims } | { rejected: TokenRejection };

export type AttemptTokens = {
  issue(claims: AttemptClaims): string;
  verify(token: string, scope: AttemptScope, now: Instant): TokenCheck;
};

/** No token of ours is longer; anything longer is not even looked at. */
const longest = 1_000;

export function createAttemptTokens(key: Uint8Array): AttemptTokens {
  const { sign, isRight } = createSigner(key, 'attempt-token');
  return {
    issue(given) {
      // Parsed, so that the order of the keys, and with it the token, does not depend on the caller.
      const body = Buffer.from(JSON.stringify(claims.parse(given))).toString('base64url');
      return `${body}.${sign(body)}`;
    },
    verify(token, scope, now) {
      const [body = '', signature = '', ...more] = token.slice(0, longest).split('.');
      if (token.length > longest || !body || !signature || more.length > 0) return { rejected: 'malformed' };
      if (!isRight(body, signature)) return { rejected: 'forged' };
      const read = claims.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString()));
      if (!read.success) return { rejected: 'malformed' };
      if (read.data.exp <= now) return { rejected: 'expired' };
      return read.data.scope === scope ? { claims: read.data } : { rejected: 'other-scope' };
    },
  };
}
