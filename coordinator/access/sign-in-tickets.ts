/**
 * What a browser that is sent to GitHub carries meanwhile, so that nothing of it is stored here: chance, an end and the page to
 * go back to, with a MAC, in a cookie. `state` and the verifier of PKCE are computed from the chance: whoever plants an answer
 * of GitHub's in another browser has no cookie that fits it, and whoever reads the cookie has neither of the two. Each is good
 * once. The cookie is as that of a session is, for ten minutes.
 */
import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { type Instant, instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { localPath } from './local-path.ts';
import { createSigner, isEqualSecret } from './signature.ts';

export type SignInTickets = {
  /** `challenge`: SHA-256 of the verifier (RFC 7636). */
  make(to: string | undefined, now: Instant): { setCookie: string; state: string; challenge: string };
  /** The ticket whose `state` this is, once; null: none of this browser's, or it is over, or was used. */
  use(cookies: string | undefined, state: string, now: Instant): { verifier: string; to: string } | null;
  /** The value of a `Set-Cookie` header that makes the browser forget. */
  readonly forget: string;
};

const ticket = z.strictObject({ secret: z.string().length(43), until: instant, to: z.string() });

/** A browser may have one for each path under which something of ours once set one. */
const looked = 4;

export function createSignInTickets(key: Uint8Array, isSecure: boolean): SignInTickets {
  const name = `${isSecure ? '__Host-' : ''}paddock-sign-in-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  const [mac, states, verifiers] = ['ticket', 'state', 'verifier'].map(each =>
    createSigner(key, `sign-in-${each}`),
  );
  if (!mac || !states || !verifiers) throw new Error('three signers');
  /** By secret, until when it would count; the oldest first. */
  const used = new Map<string, Instant>();

  function open(cookies: string | undefined): z.infer<typeof ticket>[] {
    return (cookies ?? '')
      .split(';')
      .flatMap(pair => {
        const [key = '', value = ''] = pair.trim().split('=');
        return key === name ? [value] : [];
      })
      .slice(0, looked)
      .flatMap(value => {
        const [body = '', signature = ''] = value.split('.');
        if (!mac?.isRight(body, signature)) return [];
        return ticket.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString())).data ?? [];
      });
  }

  function remember(secret: string, until: Instant, now: Instant): void {
    for (const [old, end] of used) if (end <= now || used.size >= limits.signInsRemembered) used.delete(old);
    used.set(secret, until);
  }

  return {
    make(to, now) {
      const secret = randomBytes(32).toString('base64url');
      const text = JSON.stringify({ secret, until: now + limits.signInMs, to: localPath(to) });
      const body = Buffer.from(text).toString('base64url');
      return {
        setCookie: `${name}=${body}.${mac.sign(body)}${attributes}; Max-Age=${limits.signInMs / 1_000}`,
        state: states.sign(secret),
        challenge: createHash('sha256').update(verifiers.sign(secret)).digest('base64url'),
      };
    },
    use(cookies, state, now) {
      const found = open(cookies).find(({ secret }) => isEqualSecret(states.sign(secret), state));
      if (!found || found.until <= now || used.has(found.secret)) return null;
      remember(found.secret, found.until, now);
      return { verifier: verifiers.sign(found.secret), to: found.to };
    },
    forget: `${name}=${attributes}; Max-Age=0`,
  };
}
