import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { adminTokenFile, loadAdminToken } from '#coordinator/access/admin-token.ts';
import { loadKey } from '#coordinator/access/keys.ts';
import { openPeopleAccess } from '#coordinator/access/people-access.ts';
import { openStore, type Store } from '#coordinator/store/store.ts';
import { limits } from '#shared/limits.ts';

let dir = '';
let store: Store;
const clock = { now: 1_000_000 };
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'paddock-access-'));
  store = await openStore({ type: 'sqlite', file: join(dir, 'paddock.db') });
});
afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true });
});

const openAccess = (url = 'http://127.0.0.1:7070') =>
  openPeopleAccess(dir, url, { store, now: () => clock.now });
type Access = Awaited<ReturnType<typeof openAccess>>;

function request(headers: Record<string, string> = {}, method = 'GET'): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  return Object.assign(message, { method, headers: { host: '127.0.0.1:7070', ...headers } });
}

const kindOf = async (access: Access, headers: Record<string, string>) =>
  (await access.whose(request(headers))).actor.who.kind;

async function signedIn(access: Access): Promise<string> {
  const secret = new URL(access.makeLink().url).hash.slice(1);
  const session = await access.redeemLink(secret, request({ 'user-agent': 'Firefox/1 Linux' }));
  return session?.setCookie.split(';')[0] ?? '';
}

test('without a token or a session nobody is an administrator, not even from this computer', async () => {
  const access = await openAccess();
  expect(await kindOf(access, {})).toBe('stranger');
  expect(await kindOf(access, { authorization: 'Basic YTpi' })).toBe('stranger');
});

test('the token in the file makes an administrator; another one is refused', async () => {
  const access = await openAccess();
  const token = (await readFile(adminTokenFile(dir), 'utf8')).trim();
  expect(await kindOf(access, { authorization: `Bearer ${token}` })).toBe('root');
  for (const wrong of [`${token}x`, 'undefined', 'paddock_x', `paddock_${'0'.repeat(48)}`])
    await expect(kindOf(access, { authorization: `Bearer ${wrong}` })).rejects.toMatchObject({
      code: 'wrong-token',
    });
});

test('a sign-in link makes a session, once, and a wrong token is not mended by a session', async () => {
  const access = await openAccess();
  const link = new URL(access.makeLink().url);
  expect(link.href).toMatch(/^http:\/\/127\.0\.0\.1:7070\/sign-in#/);
  const redeem = () => access.redeemLink(link.hash.slice(1), request());
  const cookie = (await redeem())?.setCookie.split(';')[0] ?? '';
  expect(await redeem()).toBeNull();
  expect(await kindOf(access, { cookie })).toBe('root');
  await expect(kindOf(access, { cookie, authorization: 'Bearer wrong' })).rejects.toThrow();
});

test('sessions and the token outlive a restart', async () => {
  const cookie = await signedIn(await openAccess());
  expect(await kindOf(await openAccess(), { cookie })).toBe('root');
  expect(await loadAdminToken(dir)).toBe(await loadAdminToken(dir));
});

test('who has the database has no session: of its secret there is only a hash', async () => {
  const cookie = await signedIn(await openAccess());
  const [row] = await store.read.selectFrom('browser_session').selectAll().execute();
  const secret = cookie.split('=')[1] ?? 'none';
  expect(JSON.stringify(row)).not.toContain(secret);
  expect(row).toMatchObject({ browser: 'Firefox on Linux', person_id: null });
  expect(await kindOf(await openAccess(), { cookie: cookie.replace(secret, row?.hash ?? '') })).toBe(
    'stranger',
  );
});

test('a session ends when it is signed out, at its end, and when nobody has used it for long', async () => {
  const access = await openAccess();
  const mine = await signedIn(access);
  const { actor } = await access.whose(request({ cookie: mine }));
  await access.signOut(actor);
  expect(await kindOf(access, { cookie: mine })).toBe('stranger');
  const idle = await signedIn(access);
  clock.now += limits.sessionIdleMs;
  expect(await kindOf(access, { cookie: idle })).toBe('stranger');
  const used = await signedIn(access);
  const end = clock.now + limits.sessionMs;
  while (clock.now + limits.sessionIdleMs / 2 < end) {
    clock.now += limits.sessionIdleMs / 2;
    expect(await kindOf(access, { cookie: used })).toBe('root');
  }
  clock.now = end;
  expect(await kindOf(access, { cookie: used })).toBe('stranger');
});

const ask = async (access: Access, cookie: string) => {
  const { actor, setCookie } = await access.whose(request({ cookie }), { mayRotate: true });
  return { kind: actor.who.kind, next: setCookie?.split(';')[0] ?? null };
};

test('its secret changes every hour; the one before opens nothing any more, soon after the browser has the new one', async () => {
  const access = await openAccess();
  const old = await signedIn(access);
  expect(await ask(access, old)).toEqual({ kind: 'root', next: null });
  clock.now += limits.sessionRotateMs;
  const { next } = await ask(access, old);
  expect(next).toMatch(/^paddock-\w{8}=[\w-]{43}$/);
  expect(next).not.toBe(old);
  // Others that the browser sends meanwhile bring the old one, and are given no further one.
  expect(await ask(access, old)).toEqual({ kind: 'root', next: null });
  expect(await ask(access, next ?? '')).toEqual({ kind: 'root', next: null });
  expect((await ask(access, old)).kind).toBe('root');
  clock.now += limits.sessionGraceMs;
  expect((await ask(access, old)).kind).toBe('stranger');
  expect((await ask(access, next ?? '')).kind).toBe('root');
});

test('an answer that was lost with its new secret signs nobody out: another one is offered', async () => {
  const access = await openAccess();
  const old = await signedIn(access);
  clock.now += limits.sessionRotateMs;
  const lost = (await ask(access, old)).next ?? '';
  clock.now += limits.sessionGraceMs;
  const { kind, next } = await ask(access, old);
  expect([kind, next === null || next === lost]).toEqual(['root', false]);
  expect((await ask(access, lost)).kind).toBe('stranger');
  expect((await ask(access, next ?? '')).kind).toBe('root');
});

test('signing in anew ends the session that the browser had', async () => {
  const access = await openAccess();
  const before = await signedIn(access);
  const secret = new URL(access.makeLink().url).hash.slice(1);
  const after = await access.redeemLink(secret, request({ cookie: before }));
  expect(await kindOf(access, { cookie: before })).toBe('stranger');
  expect(await kindOf(access, { cookie: after?.setCookie.split(';')[0] ?? '' })).toBe('root');
});

test('it is known whether anybody has ever signed in, also when their session is long gone', async () => {
  const access = await openAccess();
  expect(await access.hasAnybodySignedIn()).toBe(false);
  await signedIn(access);
  const last = await signedIn(access);
  clock.now += limits.sessionMs + limits.accessKeptMs + 1;
  await access.removeOld();
  expect(await access.hasAnybodySignedIn()).toBe(true);
  expect(await store.read.selectFrom('browser_session').selectAll().execute()).toHaveLength(1);
  expect(await kindOf(access, { cookie: last })).toBe('stranger');
});

test('a foreign site is refused, a foreign name too', async () => {
  const access = await openAccess();
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
