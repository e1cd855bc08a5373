import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createOneTimeLinks } from '#coordinator/access/one-time-links.ts';
import { createSessionCookies } from '#coordinator/access/session-cookies.ts';
import { limits } from '#shared/limits.ts';

const cookies = createSessionCookies(randomBytes(32), false);
const pairOf = (setCookie: string) => setCookie.split(';')[0] ?? '';

test('its secret is found among other cookies, and behind a wrong one of the same name', () => {
  const secret = cookies.makeSecret();
  const cookie = pairOf(cookies.set(secret));
  const wrong = `${cookie.split('=')[0]}=1.x.y`;
  expect(cookies.secretsIn(`a=b; ${wrong}; ${cookie}; c`)).toEqual([secret]);
  expect(cookies.secretsIn(`other=${secret}`)).toEqual([]);
  expect(cookies.secretsIn(undefined)).toEqual([]);
});

test('a browser that sends many of them does not make us look for each', () => {
  const many = Array.from({ length: 100 }, () => pairOf(cookies.set(cookies.makeSecret()))).join('; ');
  expect(cookies.secretsIn(many)).toHaveLength(4);
});

test('two coordinators on one computer do not share a cookie, nor a hash', () => {
  const other = createSessionCookies(randomBytes(32), false);
  expect(pairOf(cookies.set('x')).split('=')[0]).not.toBe(pairOf(other.set('x')).split('=')[0]);
  expect(cookies.hashOf('x')).not.toBe(other.hashOf('x'));
});

test('scripts cannot read the cookie, other sites cannot send it, and https keeps it to https', () => {
  expect(cookies.set('x')).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/);
  const secure = createSessionCookies(randomBytes(32), true).set('x');
  expect(secure).toMatch(
    /^__Host-paddock-[0-9a-f]{8}=x; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=604800$/,
  );
  expect(cookies.forget).toMatch(/^paddock-[0-9a-f]{8}=; .*Max-Age=0$/);
});

test('a sign-in link works once', () => {
  const links = createOneTimeLinks();
  const { secret } = links.make(0);
  expect(links.redeem(secret, 1)).toBe(true);
  expect(links.redeem(secret, 1)).toBe(false);
  expect(links.redeem('something else', 1)).toBe(false);
});

test('a sign-in link that was not used is void after its time', () => {
  const links = createOneTimeLinks();
  const { secret, expiresAt } = links.make(5);
  expect(expiresAt).toBe(5 + limits.oneTimeLinkMs);
  expect(links.redeem(secret, expiresAt)).toBe(false);
});

test('of too many sign-in links the oldest is void', () => {
  const links = createOneTimeLinks();
  const secrets = Array.from({ length: limits.oneTimeLinks + 1 }, () => links.make(0).secret);
  const works = secrets.map(secret => links.redeem(secret, 1));
  expect(works).toEqual([false, ...works.slice(1).map(() => true)]);
});
