/** `npm run test:long -- own-boot-loader`: disks that start themselves. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { imageManifest } from '#shared/image-manifest.ts';
import { desiredMachine } from '#test/contract/driver/desired-machine.ts';
import { until } from '#test/support/until.ts';
import { openLibvirtBench } from './libvirt-bench.ts';
import { makeSelfBootingDisk, selfBootingDiskNeeds } from './self-booting-disk.ts';
import { lackOfPrograms, useLibvirt } from './use-libvirt.ts';

const minute = 60_000;
const signal = new AbortController().signal;
const session = useLibvirt();
const firmwares = [
  { firmware: 'bios', remembers: false },
  { firmware: 'uefi', remembers: true },
] as const;

test.for(firmwares)(
  'a disk with a boot loader of its own is started by $firmware',
  { timeout: 8 * minute },
  async ({ firmware, remembers }, { skip }) => {
    const lack = await lackOfPrograms(selfBootingDiskNeeds);
    if (lack) skip(lack);
    const bench = await openLibvirtBench(session());
    try {
      const commandLine = 'console=ttyS0 quiet loglevel=3 rdinit=/init';
      bench.files.disk = await makeSelfBootingDisk(bench.directory, { ...bench.files, commandLine });
      const wish = desiredMachine({ driver: 'libvirt' });
      const { disk, name, os, arch } = wish.image;
      const machine = { driver: 'libvirt', memory: '256MiB', firmware } as const;
      const image = imageManifest.parse({ name, os, arch, machine, disk: { ...disk, format: 'raw' } });
      await bench.driver.create({ ...wish, image }, signal);
      const said = async () => Buffer.from((await bench.driver.evidence(wish.id)) ?? []).toString();
      await until('its kernel is up', async () => (await said()).includes('guest is up'), {
        timeoutMs: 5 * minute,
      });
      const memory = join(bench.directory, 'host/machines', wish.id, 'firmware');
      expect(await stat(memory).catch(() => null)).toEqual(remembers ? expect.anything() : null);
      await bench.driver.destroy(wish.id, signal);
      expect(await bench.leftOvers()).toEqual([]);
    } finally {
      await bench.close();
    }
  },
);
