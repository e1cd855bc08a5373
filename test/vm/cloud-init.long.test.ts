/** `npm run test:long -- cloud-init`: a whole job on a disk as clouds use them, which knows nothing of Paddock. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { ImageManifestInput } from '#shared/image-manifest.ts';
import { logOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { selfBootingDiskNeeds } from './self-booting-disk.ts';
import { lackOfPrograms, useLibvirt } from './use-libvirt.ts';
import { withVirtualFleet } from './virtual-fleet.ts';

const run = promisify(execFile);
const minute = 60_000;
const recipe = fileURLToPath(new URL('./programs/build-cloud-disk', import.meta.url));
const session = useLibvirt();

const imageOf = (disk: string): ImageManifestInput => ({
  name: 'debian-cloud',
  os: 'linux',
  arch: 'x86_64',
  disk: { path: disk, format: 'qcow2' },
  machine: { driver: 'libvirt', memory: '768MiB', firmware: 'uefi' },
  boot: { identity: 'nocloud', deadline: '15m' },
  agent: { user: 'build' },
});

test('a pull request is tested on a system that cloud-init tells who it is', {
  timeout: 60 * minute,
}, async ({ skip }) => {
  const lack = await lackOfPrograms([...selfBootingDiskNeeds, 'sfdisk']);
  if (lack) skip(lack);
  const directory = await mkdtemp(join(tmpdir(), 'paddock-cloud-'));
  try {
    const disk = join(directory, 'disk.qcow2');
    await run(recipe, [disk]);
    await withVirtualFleet(session(), { image: imageOf(disk) }, async fleet => {
      const steps = ['cat /proc/1/comm; ls -d /sys/firmware/efi', 'id -un; pwd; cat README.md', 'uname -n'];
      const { head } = await openPull(fleet, suite(...steps));
      const job = await settled(fleet, head, 'default', 20 * minute);
      expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
      const log = await logOf(fleet, job);
      for (const words of ['systemd\n', '/sys/firmware/efi\n', 'build\n/work/', 'rocket', 'machine-'])
        expect(log).toContain(words);
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
