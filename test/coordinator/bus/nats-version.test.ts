import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findServer, requireSafeAddress } from '#coordinator/bus/find-server.ts';
import { compareVersions, isLoopback, isPatched, versionIn } from '#coordinator/bus/nats-version.ts';
import { limits } from '#shared/limits.ts';

test.each([
  ['nats-server: v2.9.10', '2.9.10'],
  ['nats-server: v2.12.0-RC.3', '2.12.0'],
  ['nats-server: 2.10.27', '2.10.27'],
  ['gnatsd version nine', null],
])('the version in "%s" is %s', (text, version) => {
  expect(versionIn(text)).toBe(version);
});

test.each([
  ['2.9.10', '2.9.9', 1],
  ['2.9.10', '2.9.10', 0],
  ['2.10.0', '2.9.99', 1],
  ['1.99.99', '2.0.0', -1],
])('%s against %s is %i', (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});

test.each([
  ['2.9.10', false],
  ['2.9.99', false],
  ['2.10.26', false],
  ['2.10.27', true],
  ['2.10.28', true],
  ['2.11.0', false],
  ['2.11.1', true],
  ['2.12.0', true],
  ['2.13.0', true],
  ['3.0.0', true],
  ['1.4.1', false],
])('nats-server %s may listen where others reach it: %s', (version, may) => {
  expect(isPatched(version, limits.natsServerPublic)).toBe(may);
});

test.each([
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['127.0.0.1.example.org', false],
  ['ci.example.org', false],
])('only this computer reaches %s: %s', (host, is) => {
  expect(isLoopback(host)).toBe(is);
});

test('a public address is refused to an old release, with what would help', () => {
  const old = { path: '/usr/sbin/nats-server', version: '2.9.10' };
  expect(() => requireSafeAddress('0.0.0.0', old)).toThrow(
    /2\.9\.10 .*must not listen on 0\.0\.0\.0.*2\.10\.27/,
  );
  expect(() => requireSafeAddress('127.0.0.1', old)).not.toThrow();
  expect(() => requireSafeAddress('0.0.0.0', { ...old, version: '2.12.1' })).not.toThrow();
});

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'paddock-bus-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function program(name: string, script: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const { signal } = new AbortController();

test('nats-server is found where Debian puts it', async () => {
  const found = await findServer(undefined, signal);
  expect(found.path).toMatch(/^\/.*nats-server$/);
  expect(compareVersions(found.version, limits.natsServerOldest)).toBeGreaterThanOrEqual(0);
});

test('a program that is missing is named, with the command that installs it', async () => {
  const missing = findServer(join(dir, 'nowhere'), signal);
  await expect(missing).rejects.toMatchObject({ code: 'no-nats-server' });
  await expect(missing).rejects.toThrow(/nowhere cannot be run.*apt-get install nats-server/);
});

test('a release that is too old is refused', async () => {
  const old = findServer(await program('old', 'echo nats-server: v2.8.4'), signal);
  await expect(old).rejects.toMatchObject({ code: 'nats-server-too-old' });
  await expect(old).rejects.toThrow(/2\.8\.4 .* is too old, 2\.9\.10 or newer/);
});

test('another program is not taken for nats-server', async () => {
  const other = findServer(await program('other', 'echo hello'), signal);
  await expect(other).rejects.toThrow(/is not a nats-server/);
});
