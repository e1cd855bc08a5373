/** `npm run test:long -- own-boot-loader`: disks that start themselves. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Driver } from '#agent/host/drivers/driver.ts';
import { archOfHost, type Hardware } from '#agent/host/drivers/libvirt/domain.ts';
import { openEvidence } from '#agent/host/evidence.ts';
import { believedPng } from '#coordinator/fleet/screen.ts';
import type { DesiredMachine } from '#shared/host-messages.ts';
import type { MachineId } from '#shared/ids.ts';
import { type ImageManifestInput, imageManifest } from '#shared/image-manifest.ts';
import { desiredMachine } from '#test/contract/driver/desired-machine.ts';
import { until } from '#test/support/until.ts';
import { type LibvirtBench, openLibvirtBench } from './libvirt-bench.ts';
import { makeSelfBootingDisk, selfBootingDiskNeeds } from './self-booting-disk.ts';
import { lackOfPrograms, useLibvirt } from './use-libvirt.ts';

const minute = 60_000;
const signal = new AbortController().signal;
const session = useLibvirt();

/** A machine whose disk starts the stand-in for a system; afterwards nothing of it is left. */
async function withSelfBooting(
  machine: Partial<ImageManifestInput['machine']>,
  body: (bench: LibvirtBench, machine: DesiredMachine) => Promise<void>,
  arch: Hardware['arch'] = 'x86_64',
): Promise<void> {
  const bench = await openLibvirtBench(session(), { arch });
  try {
    const commandLine = `console=${arch === 'aarch64' ? 'ttyAMA0' : 'ttyS0'} quiet loglevel=3 rdinit=/init`;
    bench.files.disk = await makeSelfBootingDisk(bench.directory, arch, { ...bench.files, commandLine });
    const wish = desiredMachine({ driver: 'libvirt' });
    const { disk, name, os } = wish.image;
    const image = imageManifest.parse({
      ...{ name, os, arch },
      machine: { driver: 'libvirt', memory: '512MiB', ...machine },
      disk: { ...disk, format: 'raw' },
    });
    await bench.driver.create({ ...wish, image }, signal);
    await body(bench, wish);
    await bench.driver.destroy(wish.id, signal);
    expect(await bench.leftOvers()).toEqual([]);
  } finally {
    await bench.close();
  }
}

const patience = { timeoutMs: 5 * minute };
async function untilUp(driver: Driver, id: MachineId): Promise<void> {
  const said = async () => Buffer.from((await driver.evidence(id)) ?? []).toString();
  await until('its kernel is up', async () => (await said()).includes('guest is up'), patience);
}

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
    await withSelfBooting({ firmware }, async ({ driver, directory }, { id }) => {
      await untilUp(driver, id);
      const memory = await stat(join(directory, 'host/machines', id, 'firmware')).catch(() => null);
      expect(memory !== null).toBe(remembers);
    });
  },
);

test('a disk of 64-bit ARM is started by UEFI', { timeout: 40 * minute }, async ({ skip }) => {
  const compiler = archOfHost === 'aarch64' ? 'cc' : 'aarch64-linux-gnu-gcc';
  const lack = await lackOfPrograms([...selfBootingDiskNeeds, 'qemu-system-aarch64', compiler]);
  if (lack) skip(lack);
  await withSelfBooting({ firmware: 'uefi' }, ({ driver }, { id }) => untilUp(driver, id), 'aarch64');
});

test('a machine without a console says nothing, and what its display shows is kept as a picture', {
  timeout: 8 * minute,
}, async ({ skip }) => {
  const lack = await lackOfPrograms(selfBootingDiskNeeds);
  if (lack) skip(lack);
  await withSelfBooting({ console: 'none' }, async ({ driver, directory }, { id }) => {
    const picture = async () => Buffer.from((await driver.screen?.(id, signal)) ?? []).toString('base64');
    const blank = await picture();
    await until('there is something else on the display', async () => (await picture()) !== blank, patience);
    expect(await driver.evidence(id)).toBe(null);
    const evidence = await openEvidence(join(directory, 'evidence'), () => undefined);
    await evidence.keep(driver, id);
    const kept = await evidence.read(id);
    expect(kept?.console).toBe('');
    expect(await believedPng(Buffer.from(kept?.screen ?? []).toString('base64'))).not.toBe(null);
  });
});
