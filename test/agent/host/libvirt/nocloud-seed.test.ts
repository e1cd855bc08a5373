import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { iso9660 } from '#agent/host/drivers/libvirt/iso9660.ts';
import { seedFiles, writeSeed } from '#agent/host/drivers/libvirt/nocloud-seed.ts';
import { newMachineId } from '#test/contract/driver/desired-machine.ts';

const run = promisify(execFile);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-seed-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** What lies behind a name in the root, by the numbers of the standard alone. */
function fileIn(image: Buffer, name: string): string | null {
  const root = image.readUInt32LE(16 * 2_048 + 156 + 2) * 2_048;
  for (let at = root; image[at] !== 0; at += image.readUInt8(at)) {
    const length = image.readUInt8(at + 32);
    if (image.toString('latin1', at + 33, at + 33 + length) !== name) continue;
    const start = image.readUInt32BE(at + 6) * 2_048;
    return image.toString('utf8', start, start + image.readUInt32LE(at + 10));
  }
  return null;
}

test('a seed is a file system that is found by its label', async () => {
  const path = join(directory, 'seed.iso');
  await writeSeed(path, newMachineId());
  const { stdout } = await run('blkid', ['-p', '-o', 'export', path], {
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  expect(stdout).toContain('LABEL=cidata\n');
  expect(stdout).toContain('TYPE=iso9660\n');
});

test('files of any length come back as they were given', async () => {
  const files = { b: 'x'.repeat(2_048), a: '', c: 'y'.repeat(5_000), 'user-data': '#!/bin/sh\n' };
  const image = iso9660('label', files);
  for (const [name, content] of Object.entries(files)) expect(fileIn(image, name)).toBe(content);
  expect(fileIn(image, 'other')).toBe(null);
  expect(image.length % 2_048).toBe(0);
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`file-${n}`, '']));
  expect(() => iso9660('label', many)).toThrow('21 files do not fit');
});

test('a seed names its machine, holds no secret, and its program is one that a shell reads', async () => {
  const id = newMachineId();
  const path = join(directory, 'seed.iso');
  await writeSeed(path, id);
  const image = await readFile(path);
  expect(fileIn(image, 'meta-data')).toBe(`instance-id: ${id}\nlocal-hostname: ${id.replace('_', '-')}\n`);
  const program = join(directory, 'program');
  await writeFile(program, seedFiles(id)['user-data']);
  await run('sh', ['-n', program]);
  expect(seedFiles(id)['user-data']).toBe(seedFiles(newMachineId())['user-data']);
});
