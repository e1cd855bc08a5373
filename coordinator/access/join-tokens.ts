/**
 * The one-time secret with which a host joins. Only its hash is stored: who reads the database cannot join. SHA-256 without
 * salt will do, because the secret is 32 random bytes. Pure, but for the randomness of a new token.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

export type NewJoinToken = {
  /** Shown once, to whoever asked for it: `join_` and 43 characters. */
  token: string;
  hash: string;
  expiresAt: Instant;
};

/** What is stored of a token; `usedBy` is the public key that joined with it. */
export type StoredJoinToken = { expiresAt: Instant; usedBy: string | null };

export type JoinCheck =
  /** `again`: the same key shows the same token, because its answer was lost. */
  { accepted: 'first' | 'again' } | { rejected: 'unknown' | 'expired' | 'used' };

export function makeJoinToken(now: Instant): NewJoinToken {
  const token = `join_${randomBytes(32).toString('base64url')}`;
  return { token, hash: hashJoinToken(token), expiresAt: now + limits.joinTokenMs };
}

/** Under which a token is stored and found: SHA-256 in hexadecimal. */
export const hashJoinToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Whether a text can be a join token at all; a boot ticket cannot. */
export const isJoinToken = (token: string): boolean => /^join_[\w-]{43}$/.test(token);

/**
 * Whether the holder of `publicKey` may join with the token of this row (null: no row has its hash). A token binds to the
 * first key shown; that key may repeat it until it expires, any other is refused.
 */
export function checkJoinToken(row: StoredJoinToken | null, publicKey: string, now: Instant): JoinCheck {
  if (!row) return { rejected: 'unknown' };
  if (row.usedBy !== null && row.usedBy !== publicKey) return { rejected: 'used' };
  if (row.expiresAt <= now) return { rejected: 'expired' };
  return { accepted: row.usedBy === null ? 'first' : 'again' };
}
