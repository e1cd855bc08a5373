import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sha256Of } from '#agent/host/drivers/checked-start.ts';
import {
  configDiskBytes,
  writeConfigDisk,
  writeEmptyConfigDisk,
} from '#agent/host/drivers/libvirt/config-disk.ts';

const run = promisify(execFile);
const bundle = Buffer.from('console.log("agent")\n');
const disk = {
  environment: { PADDOCK_MACHINE: 'machine_1', LANG: 'C.UTF-8' },
  ticket: 'boot-ticket',
  user: 'build',
  bundle,
  sha256: sha256Of(bundle),
  ca: { variable: 'PADDOCK_CA_FILE' as const, pem: '-----BEGIN CERTIFICATE-----\n' },
};

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-config-disk-'));
  path = join(directory, 'config.img');
});
afterEach(() => rm(directory, { recursive: true }));

test('a config disk is an archive that the system’s own tar unpacks', async () => {
  await writeConfigDisk(path, disk);
  await run('tar', ['xf', path, '-C', directory]);
  const text = (name: string) => readFile(join(directory, name), 'utf8');
  expect(await text('environment')).toBe('PADDOCK_MACHINE=machine_1\nLANG=C.UTF-8\n');
  expect(await text('ticket')).toBe('boot-ticket');
  expect(await text('user')).toBe('build');
  expect(await text('agent.cjs')).toBe('console.log("agent")\n');
  expect((await run(process.execPath, [join(directory, 'guest.cjs')])).stdout).toBe('agent\n');
  expect(await text('ca.pem')).toBe('-----BEGIN CERTIFICATE-----\n');
  expect(await text('seed')).toMatch(/^[0-9a-f]{64}$/);
  expect(Math.abs(Number(await text('time')) - Date.now() / 1_000)).toBeLessThan(60);
});

test('every config disk has the same size, is private to its owner and has a seed of its own', async () => {
  await writeConfigDisk(path, disk);
  const first = await readFile(path);
  await writeConfigDisk(path, disk);
  const { size, mode } = await stat(path);
  expect([size, mode & 0o777]).toEqual([configDiskBytes, 0o600]);
  expect(first.equals(await readFile(path))).toBe(false);
  await writeEmptyConfigDisk(path);
  expect((await readFile(path)).equals(Buffer.alloc(configDiskBytes))).toBe(true);
});

test('an agent that does not fit is refused, not cut', async () => {
  const bundle = Buffer.alloc(configDiskBytes);
  await expect(writeConfigDisk(path, { ...disk, bundle })).rejects.toThrow(/would need \d+ bytes/);
});
