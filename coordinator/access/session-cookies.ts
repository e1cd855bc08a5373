/**
 * The cookie of a session: 32 random bytes and nothing else. It is HttpOnly and SameSite=Lax, and Secure with the `__Host-`
 * prefix where people come by https. Its name depends on the key, because browsers send a cookie to every port of a host and
 * two coordinators on one computer would sign each other's people out.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { limits } from '#shared/limits.ts';

export type SessionCookies = {
  makeSecret(): string;
  /** What is stored of a secret. Keyed: who reads the database, or removes the key, has no session. */
  hashOf(secret: string): string;
  /** The value of a `Set-Cookie` header. */
  set(secret: string): string;
  /** Every secret of ours in a `Cookie` header: a browser may send several, from different paths. */
  secretsIn(cookies: string | undefined): string[];
  /** The value of a `Set-Cookie` header that makes the browser forget. */
  readonly forget: string;
};

/** `isSecure`: people reach the listener by https. */
export function createSessionCookies(key: Uint8Array, isSecure: boolean): SessionCookies {
  const suffix = createHash('sha256').update(key).digest('hex').slice(0, 8);
  const name = `${isSecure ? '__Host-' : ''}paddock-${suffix}`;
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  return {
    makeSecret: () => randomBytes(32).toString('base64url'),
    hashOf: secret => createHmac('sha256', key).update(`session\n${secret}`).digest('hex'),
    set: secret => `${name}=${secret}${attributes}; Max-Age=${limits.sessionMs / 1_000}`,
    secretsIn: cookies =>
      (cookies ?? '')
        .split(';')
        .flatMap(pair => {
          const [key = '', ...value] = pair.split('=');
          return key.trim() === name ? [value.join('=').trim()] : [];
        })
        .filter(secret => /^[\w-]{43}$/.test(secret))
        .slice(0, secretsLookedAt),
    forget: `${name}=${attributes}; Max-Age=0`,
  };
}

/** Whoever sends more is no browser. */
const secretsLookedAt = 4;
