import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createOneTimeLinks } from '#coordinator/access/one-time-links.ts';
import { createSessions } from '#coordinator/access/sessions.ts';
import { limits } from '#shared/limits.ts';

const sessions = createSessions(randomBytes(32), false);
const pairOf = (setCookie: string) => setCookie.split(';')[0] ?? '';

test('a session is open until it ends', () => {
  const cookie = pairOf(sessions.open(1_000));
  expect(sessions.nameOf(cookie, 1_000 + limits.sessionMs - 1)).not.toBe(null);
  expect(sessions.nameOf(cookie, 1_000 + limits.sessionMs)).toBe(null);
});

test('it is found among other cookies, and behind a wrong one of the same name', () => {
  const cookie = pairOf(sessions.open(0));
  const wrong = `${cookie.split('=')[0]}=1.x.y`;
  const found = sessions.nameOf(`a=b; ${wrong}; ${cookie}; c`, 1);
  expect(found).toBe(sessions.nameOf(cookie, 1));
  expect(found).not.toBe(null);
});

test('its name opens nothing, and no two have the same', () => {
  const names = [sessions.open(0), sessions.open(0)].map(cookie => sessions.nameOf(pairOf(cookie), 1));
  expect(new Set(names).size).toBe(2);
  const [key = ''] = pairOf(sessions.open(0)).split('=');
  expect(sessions.nameOf(`${key}=${names[0]}`, 1)).toBe(null);
});

test('a later end, another key or another name do not open one', () => {
  const [name = '', value = ''] = pairOf(sessions.open(0)).split('=');
  const [end = '', ...rest] = value.split('.');
  expect(sessions.nameOf(`${name}=${[`9${end}`, ...rest].join('.')}`, 1)).toBe(null);
  expect(createSessions(randomBytes(32), false).nameOf(`${name}=${value}`, 1)).toBe(null);
  expect(sessions.nameOf(`other=${value}`, 1)).toBe(null);
  expect(sessions.nameOf(undefined, 1)).toBe(null);
});

test('two coordinators on one computer do not share a cookie', () => {
  const other = createSessions(randomBytes(32), false);
  expect(pairOf(sessions.open(0)).split('=')[0]).not.toBe(pairOf(other.open(0)).split('=')[0]);
});

test('scripts cannot read the cookie, other sites cannot send it, and https keeps it to https', () => {
  expect(sessions.open(0)).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/);
  const secure = createSessions(randomBytes(32), true).open(0);
  expect(secure).toMatch(
    /^__Host-paddock-[0-9a-f]{8}=.*; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=43200$/,
  );
  expect(sessions.close).toMatch(/^paddock-[0-9a-f]{8}=; .*Max-Age=0$/);
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
