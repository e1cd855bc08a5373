import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { logDirectoryOf, removeDomainLog } from '#agent/host/drivers/libvirt/domain-log.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-domain-log-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('the log of a domain goes with what was rotated away from it, and that of no other one', async () => {
  const others = ['paddock-m11.log', 'm1.log', 'paddock-m1.log.old', 'debian.log', 'debian.log.0'];
  for (const name of ['paddock-m1.log', 'paddock-m1.log.0', 'paddock-m1.log.2', ...others])
    await writeFile(join(directory, name), 'starting up');
  await removeDomainLog(directory, 'paddock-m1');
  expect((await readdir(directory)).sort()).toEqual(others.toSorted());
});

test('none, no directory, one that is a file, and one that cannot be seen are no failure', async () => {
  await writeFile(join(directory, 'file'), '');
  for (const place of [directory, join(directory, 'nowhere'), join(directory, 'file'), null])
    await expect(removeDomainLog(place, 'paddock-m1')).resolves.toBeUndefined();
});

test.each([
  ['qemu:///system', '/var/log/libvirt/qemu'],
  ['qemu:///session', '/home/paddock/.cache/libvirt/qemu/log'],
  ['qemu+ssh://root@attic/system', null],
  ['qemu+unix:///system?socket=/run/other/libvirt-sock', null],
  ['qemu:///system?socket=/run/other/libvirt-sock', null],
])('of %s they are in %s', (uri, place) => {
  expect(logDirectoryOf(uri, '/home/paddock')).toBe(place);
});
