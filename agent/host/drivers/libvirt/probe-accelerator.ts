import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hardware } from './domain.ts';
import { runQemu } from './run-qemu.ts';

/** `mov al, 16; out 0xf4, al; cli; hlt`: QEMU then exits with 2 × 16 + 1. */
const program = [0xb0, 0x10, 0xe6, 0xf4, 0xfa, 0xf4];
const exitCode = 33;
const sectorBytes = 512;
const markOfBootSector = [0x55, 0xaa];

/**
 * Whether a machine boots with KVM here, seen by booting one: a boot sector that does nothing but end. That /dev/kvm is
 * there, or that QEMU and libvirt say so, proves nothing: some kernels offer it for guests of their own kind only.
 */
export async function probeAccelerator(searchPath: string): Promise<Hardware['accelerator']> {
  if (process.arch !== 'x64') return 'tcg';
  const directory = await mkdtemp(join(tmpdir(), 'paddock-probe-'));
  try {
    const sector = Buffer.alloc(sectorBytes);
    sector.set(program);
    sector.set(markOfBootSector, sectorBytes - markOfBootSector.length);
    const disk = join(directory, 'disk');
    await writeFile(disk, sector);
    const machine = ['-accel', 'kvm', '-cpu', 'host', '-m', '16', '-nodefaults', '-display', 'none'];
    const devices = [
      '-device',
      'isa-debug-exit,iobase=0xf4,iosize=0x04',
      '-drive',
      `file=${disk},format=raw`,
    ];
    const ended = await runQemu('x86_64', [...machine, ...devices], searchPath);
    return ended === exitCode ? 'kvm' : 'tcg';
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
