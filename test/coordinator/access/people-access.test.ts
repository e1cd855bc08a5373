import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { adminTokenFile, loadAdminToken } from '#coordinator/access/admin-token.ts';
import { loadKey } from '#coordinator/access/keys.ts';
import { openPeopleAccess } from '#coordinator/access/people-access.ts';
import type { Access } from '#coordinator/http/parts.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'paddock-access-'));
});
afterEach(() => rm(dir, { recursive: true }));

const url = 'http://127.0.0.1:7070';

function request(headers: Record<string, string>, method = 'GET'): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  return Object.assign(message, { method, headers: { host: '127.0.0.1:7070', ...headers } });
}

test('without a token or a session nobody is an administrator, not even from this computer', async () => {
  const access: Access = await openPeopleAccess(dir, url);
  expect(access.readerOf(request({}))).toEqual({ isAdmin: false });
  expect(access.readerOf(request({ authorization: 'Bearer undefined' }))).toEqual({ isAdmin: false });
});

test('the token in the file makes an administrator', async () => {
  const access = await openPeopleAccess(dir, url);
  const token = (await readFile(adminTokenFile(dir), 'utf8')).trim();
  expect(access.readerOf(request({ authorization: `Bearer ${token}` }))).toEqual({ isAdmin: true });
  expect(access.readerOf(request({ authorization: `Bearer ${token}x` }))).toEqual({ isAdmin: false });
});

test('a sign-in link makes a session, once, and a wrong token is not mended by a session', async () => {
  const access = await openPeopleAccess(dir, url);
  const link = new URL(access.makeLink().url);
  expect(link.href).toMatch(/^http:\/\/127\.0\.0\.1:7070\/sign-in#/);
  const cookie = access.redeemLink(link.hash.slice(1))?.setCookie.split(';')[0] ?? '';
  expect(access.redeemLink(link.hash.slice(1))).toBeNull();
  expect(access.readerOf(request({ cookie }))).toEqual({ isAdmin: true });
  expect(access.readerOf(request({ cookie, authorization: 'Bearer wrong' }))).toEqual({ isAdmin: false });
});

test('sessions and the token outlive a restart', async () => {
  const first = await openPeopleAccess(dir, url);
  const secret = new URL(first.makeLink().url).hash.slice(1);
  const cookie = first.redeemLink(secret)?.setCookie.split(';')[0] ?? '';
  const second = await openPeopleAccess(dir, url);
  expect(second.readerOf(request({ cookie }))).toEqual({ isAdmin: true });
  expect(await loadAdminToken(dir)).toBe(await loadAdminToken(dir));
});

test('a foreign site is refused, a foreign name too', async () => {
  const access = await openPeopleAccess(dir, url);
  expect(access.refusal(request({}, 'POST'))).toBeNull();
  expect(access.refusal(request({ origin: 'https://evil.example' }, 'POST'))).toMatch(/another site/);
  expect(access.refusal(request({ upgrade: 'websocket', origin: 'https://evil.example' }))).toMatch(
    /another site/,
  );
  expect(access.refusal(request({ host: 'evil.example:7070' }))).toMatch(/not called by that name/);
});

test('keys are 32 bytes, made once, private, and different for each purpose', async () => {
  const [tickets, sessions] = [await loadKey(dir, 'boot-tickets'), await loadKey(dir, 'sessions')];
  expect(tickets).toHaveLength(32);
  expect(await loadKey(dir, 'boot-tickets')).toEqual(tickets);
  expect(sessions).not.toEqual(tickets);
  for (const file of ['keys/boot-tickets', 'keys/sessions'])
    expect((await stat(join(dir, file))).mode & 0o777).toBe(0o600);
  expect((await stat(join(dir, 'keys'))).mode & 0o777).toBe(0o700);
});

test('the file of the token is private', async () => {
  await loadAdminToken(dir);
  expect((await stat(adminTokenFile(dir))).mode & 0o777).toBe(0o600);
});

test('a key or token that was cut short is an error, not a weak secret', async () => {
  await loadKey(dir, 'sessions');
  await writeFile(join(dir, 'keys', 'sessions'), 'c2hvcnQ\n');
  await expect(loadKey(dir, 'sessions')).rejects.toMatchObject({ code: 'key-unreadable' });
  await writeFile(adminTokenFile(dir), '\n');
  await expect(loadAdminToken(dir)).rejects.toMatchObject({ code: 'key-unreadable' });
});
