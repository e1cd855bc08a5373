import { createHash, randomBytes } from 'node:crypto';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

export type OneTimeLinks = {
  /** A new secret for a sign-in link. */
  make(now: Instant): { secret: string; expiresAt: Instant };
  /** True the first time before it expires; the secret is void afterwards. */
  redeem(secret: string, now: Instant): boolean;
  /** When those end that are not used yet. */
  open(now: Instant): Instant[];
};

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/**
 * Sign-in links that work once. They live in memory: a restart makes them void. Kept by hash, so that finding one takes
 * no time that depends on the secret; at most `oneTimeLinks`.
 */
export function createOneTimeLinks(): OneTimeLinks {
  const open = new Map<string, Instant>();

  function forgetOld(now: Instant): void {
    for (const [hash, expiresAt] of open)
      if (expiresAt <= now || open.size > limits.oneTimeLinks) open.delete(hash);
  }

  return {
    make(now) {
      const secret = randomBytes(32).toString('base64url');
      const expiresAt = now + limits.oneTimeLinkMs;
      open.set(hashOf(secret), expiresAt);
      forgetOld(now);
      return { secret, expiresAt };
    },
    redeem(secret, now) {
      forgetOld(now);
      return open.delete(hashOf(secret));
    },
    open(now) {
      forgetOld(now);
      return [...open.values()];
    },
  };
}
