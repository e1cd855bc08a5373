/**
 * Proof that we are the App: a JSON Web Token signed with its key, good for some minutes.
 * Source: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
import { type KeyObject, sign } from 'node:crypto';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

export type App = { id: number; privateKey: KeyObject; installation: number | null };

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Issued a minute ago, as GitHub advises: its clock may be behind ours. */
export function appToken({ id, privateKey }: Pick<App, 'id' | 'privateKey'>, now: Instant): string {
  const seconds = Math.floor(now / 1_000);
  const claims = {
    iat: seconds - limits.appTokenSkewMs / 1_000,
    exp: seconds + limits.appTokenMs / 1_000,
    iss: String(id),
  };
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
}
