import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findCoordinator, requireCoordinator } from '#coordinator/cli/find-coordinator.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'paddock-home-'));
});
afterEach(() => rm(home, { recursive: true }));

const usual = () => path.join(home, '.local/state/paddock');

/** What a running coordinator leaves in its data directory. */
async function leave(dataDir: string, place: object = {}): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(path.join(dataDir, 'admin-token'), 'admin_abc\n');
  const url = 'http://127.0.0.1:7070';
  const file = { peopleUrl: url, localUrl: url, adminTokenFile: path.join(dataDir, 'admin-token') };
  const text = JSON.stringify({ ...file, pid: process.pid, ...place });
  await writeFile(path.join(dataDir, 'coordinator.json'), text);
}

const own = { url: 'http://127.0.0.1:7070', token: 'admin_abc', isHere: true };

test('the coordinator that runs on this computer is found with its token', async () => {
  await leave(usual());
  expect(await findCoordinator({}, { HOME: home })).toEqual(own);
});

test.each([
  ['PADDOCK_DATA', () => ({ PADDOCK_DATA: path.join(home, 'data') })],
  ['XDG_STATE_HOME', () => ({ XDG_STATE_HOME: path.join(home, 'state') })],
])('%s says where its data directory is', async (_, environment) => {
  const places = { PADDOCK_DATA: 'data', XDG_STATE_HOME: 'state/paddock' };
  const [name = ''] = Object.keys(environment());
  await leave(path.join(home, places[name as keyof typeof places]));
  expect(await findCoordinator({}, environment())).toEqual(own);
});

test('PADDOCK_CONFIG says so too, from where it lies; without a word there the environment counts', async () => {
  const config = path.join(home, 'etc', 'paddock.yaml');
  await leave(path.join(home, 'etc', 'state'));
  await writeFile(config, 'data: ./state\n');
  expect(await findCoordinator({}, { PADDOCK_CONFIG: config })).toEqual(own);
  await writeFile(config, '# all default\n');
  const elsewhere = { PADDOCK_CONFIG: config, PADDOCK_DATA: path.join(home, 'etc', 'state') };
  expect(await findCoordinator({}, elsewhere)).toEqual(own);
});

test('a PADDOCK_CONFIG that cannot be read is an error, not another place', async () => {
  const refusal = expect(findCoordinator({}, { PADDOCK_CONFIG: path.join(home, 'none.yaml') })).rejects;
  await refusal.toMatchObject({ code: 'usage', message: expect.stringContaining('none.yaml') });
});

test.each([
  ['is not there', () => rm(path.join(usual(), 'coordinator.json'))],
  ['is half a file', () => writeFile(path.join(usual(), 'coordinator.json'), '{"peopleUrl":')],
  ['names a process that is gone', () => leave(usual(), { pid: 2 ** 22 })],
])('none is found where the file %s', async (_, spoil) => {
  await leave(usual());
  await spoil();
  expect(await findCoordinator({}, { HOME: home })).toBeNull();
  const refusal = expect(requireCoordinator({}, { HOME: home })).rejects;
  await refusal.toMatchObject({ code: 'no-coordinator', hint: 'paddock up' });
});

test('behind a reverse proxy it is asked here, and by its name it is the same one', async () => {
  await leave(usual(), { peopleUrl: 'https://ci.example.org' });
  expect(await findCoordinator({}, { HOME: home })).toEqual(own);
  const named = { coordinator: 'https://ci.example.org' };
  expect(await findCoordinator(named, { HOME: home })).toEqual({ ...own, url: 'https://ci.example.org' });
});

test('one that listens on an address of this computer gets its token there', async () => {
  await leave(usual(), { peopleUrl: 'https://ci.example.org', localUrl: 'http://10.1.2.3:7070' });
  expect(await findCoordinator({}, { HOME: home })).toEqual({ ...own, url: 'http://10.1.2.3:7070' });
});

test('an address that is named wins, the option before the environment, and gets no other one’s token', async () => {
  await leave(usual());
  const environment = { HOME: home, PADDOCK_URL: 'https://ci.example.com/' };
  const there = { url: 'https://ci.example.com', token: null, isHere: false };
  expect(await findCoordinator({}, environment)).toEqual(there);
  expect(await findCoordinator({ coordinator: 'http://127.0.0.1:7070' }, environment)).toEqual(own);
});

test('a token file is read where it is named, the option before the environment', async () => {
  const [one, two] = [path.join(home, 'one'), path.join(home, 'two')];
  await writeFile(one, 'admin_one');
  await writeFile(two, 'admin_two\n');
  const environment = { PADDOCK_URL: 'https://ci.example.com', PADDOCK_TOKEN_FILE: one };
  expect(await findCoordinator({}, environment)).toMatchObject({ token: 'admin_one' });
  expect(await findCoordinator({ tokenFile: two }, environment)).toMatchObject({ token: 'admin_two' });
});

test('a token is not sent in plain text to another computer', async () => {
  const file = path.join(home, 'token');
  await writeFile(file, 'admin_abc');
  const refusal = expect(findCoordinator({ tokenFile: file, coordinator: 'http://10.0.0.1' }, {})).rejects;
  await refusal.toMatchObject({ code: 'token', hint: expect.stringContaining('ssh -N -L') });
});

test.each([
  ['missing', 'token', null, /cannot be read: ENOENT/],
  ['a page', 'token', '<html>', /holds no token/],
])('a token file that is %s is refused', async (_, code, text, message) => {
  const file = path.join(home, 'token');
  if (text !== null) await writeFile(file, text);
  const refusal = expect(findCoordinator({ tokenFile: file, coordinator: 'https://a.b' }, {})).rejects;
  await refusal.toMatchObject({ code, message: expect.stringMatching(message) });
});

test.each(['7070', 'ftp://a.b', 'localhost:7070', ''])('%j is no address', async text => {
  await expect(findCoordinator({ coordinator: text }, {})).rejects.toMatchObject({ code: 'usage' });
});

test('PADDOCK_TOKEN goes to a coordinator elsewhere, and not to the one of this computer', async () => {
  await leave(usual());
  const environment = { HOME: home, PADDOCK_TOKEN: ' paddock_abc\n' };
  expect(await findCoordinator({}, environment)).toEqual(own);
  const elsewhere = { coordinator: 'https://ci.example.org' };
  expect(await findCoordinator(elsewhere, environment)).toMatchObject({ token: 'paddock_abc' });
  const file = path.join(home, 'token');
  await writeFile(file, 'from_file\n');
  expect(await findCoordinator({ ...elsewhere, tokenFile: file }, environment)).toMatchObject({
    token: 'from_file',
  });
  const plain = findCoordinator({ coordinator: 'http://ci.example.org' }, environment);
  await expect(plain).rejects.toMatchObject({ code: 'token' });
  const broken = findCoordinator(elsewhere, { HOME: home, PADDOCK_TOKEN: 'a b' });
  await expect(broken).rejects.toMatchObject({ code: 'token', message: 'PADDOCK_TOKEN holds no token' });
});
