/**
 * Sessions of browsers: a signed cookie with its end, and nothing stored. The cookie is HttpOnly and SameSite=Lax, and
 * Secure with the `__Host-` prefix where people come by https. Its name depends on the key, because browsers send a
 * cookie to every port of a host and two coordinators on one computer would sign each other's people out.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { createSigner } from './signature.ts';

export type Sessions = {
  /** The value of a `Set-Cookie` header that signs the browser in for `sessionMs`. */
  open(now: Instant): string;
  /** Which session of ours, that has not ended, a `Cookie` header carries: a name that opens nothing; null: none. */
  nameOf(cookies: string | undefined, now: Instant): string | null;
  /** The value of a `Set-Cookie` header that makes the browser forget. */
  readonly close: string;
};

/** `isSecure`: people reach the listener by https. */
export function createSessions(key: Uint8Array, isSecure: boolean): Sessions {
  const { sign, isRight } = createSigner(key, 'session');
  const suffix = createHash('sha256').update(key).digest('hex').slice(0, 8);
  const name = `${isSecure ? '__Host-' : ''}paddock-${suffix}`;
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;

  function nameIn(value: string, now: Instant): string | null {
    const [, body = '', end = '', signature = ''] = /^((\d{1,16})\.[\w-]{22})\.([\w-]+)$/.exec(value) ?? [];
    return isRight(body, signature) && Number(end) > now ? body : null;
  }

  return {
    open(now) {
      const body = `${now + limits.sessionMs}.${randomBytes(16).toString('base64url')}`;
      return `${name}=${body}.${sign(body)}${attributes}; Max-Age=${limits.sessionMs / 1_000}`;
    },
    nameOf: (cookies, now) =>
      valuesOf(cookies, name)
        .map(value => nameIn(value, now))
        .find(found => found !== null) ?? null,
    close: `${name}=${attributes}; Max-Age=0`,
  };
}

/** Every value of that name: a browser may send several, from different paths. */
function valuesOf(cookies: string | undefined, name: string): string[] {
  return (cookies ?? '').split(';').flatMap(pair => {
    const [key = '', ...value] = pair.split('=');
    return key.trim() === name ? [value.join('=').trim()] : [];
  });
}
