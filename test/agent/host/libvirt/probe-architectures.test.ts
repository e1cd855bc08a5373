import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { archOfHost, hardwareArchs } from '#agent/host/drivers/libvirt/domain.ts';
import { probeArchitectures } from '#agent/host/drivers/libvirt/probe-architectures.ts';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'paddock-programs-'));
});
afterEach(() => rm(path, { recursive: true }));

async function plantQemu(arch: string, exitCode: number): Promise<void> {
  const place = join(path, `qemu-system-${arch}`);
  await writeFile(place, `#!/bin/sh\n[ "$1" = --version ] && exit ${exitCode}\n`);
  await chmod(place, 0o755);
}

test('machines can be made of the processors whose QEMU answers', async () => {
  expect(await probeArchitectures(path, 'tcg')).toEqual([]);
  await plantQemu('aarch64', 0);
  await plantQemu('x86_64', 127);
  expect(await probeArchitectures(path, 'tcg')).toEqual([{ arch: 'aarch64', isEmulated: true }]);
});

test('KVM runs the processor of the host; every other is emulated', async () => {
  for (const arch of hardwareArchs) await plantQemu(arch, 0);
  const native = (await probeArchitectures(path, 'kvm')).filter(({ isEmulated }) => !isEmulated);
  expect(native.map(({ arch }) => arch)).toEqual(archOfHost === undefined ? [] : [archOfHost]);
  expect((await probeArchitectures(path, 'tcg')).every(({ isEmulated }) => isEmulated)).toBe(true);
});
