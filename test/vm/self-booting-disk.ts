import { execFile } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Hardware } from '#agent/host/drivers/libvirt/domain.ts';

const run = promisify(execFile);
const diskBytes = 96 * 1024 * 1024;

export const selfBootingDiskNeeds = ['mkfs.vfat', 'mcopy', 'syslinux'];

export type BootFiles = { kernel: string; initrd: string; commandLine: string };
type Copy = [from: string, to: string];

/** A disk that needs nobody to start its kernel: a FAT file system with what firmware of its processor starts by itself. */
export async function makeSelfBootingDisk(
  directory: string,
  arch: Hardware['arch'],
  files: BootFiles,
): Promise<string> {
  const disk = join(directory, 'self-booting-disk');
  const file = await open(disk, 'w');
  await file.truncate(diskBytes);
  await file.close();
  await run('mkfs.vfat', [disk]);
  await run('mmd', ['-i', disk, '::/EFI', '::/EFI/BOOT']);
  const loader = await (arch === 'x86_64' ? syslinux(directory, files) : shellScript(directory, files));
  const copies: Copy[] = [[files.kernel, 'kernel.efi'], [files.initrd, 'initrd'], ...loader];
  for (const [from, to] of copies) await run('mcopy', ['-i', disk, from, `::/${to}`]);
  if (arch === 'x86_64') await run('syslinux', ['--install', disk]);
  return disk;
}

/** For BIOS and for UEFI. */
async function syslinux(directory: string, { commandLine }: BootFiles): Promise<Copy[]> {
  const menu = join(directory, 'syslinux.cfg');
  const lines = [
    'DEFAULT here',
    'LABEL here',
    'LINUX /kernel.efi',
    'INITRD /initrd',
    `APPEND ${commandLine}`,
  ];
  await writeFile(menu, `${lines.join('\n')}\n`);
  return [
    [menu, 'syslinux.cfg'],
    ['/usr/lib/SYSLINUX.EFI/efi64/syslinux.efi', 'EFI/BOOT/BOOTX64.EFI'],
    ['/usr/lib/syslinux/modules/efi64/ldlinux.e64', 'EFI/BOOT/ldlinux.e64'],
  ];
}

/** The shell of the firmware runs it when it has found nothing better, and the kernel is a program of UEFI itself. */
async function shellScript(directory: string, { commandLine }: BootFiles): Promise<Copy[]> {
  const script = join(directory, 'startup.nsh');
  await writeFile(script, `kernel.efi initrd=\\initrd ${commandLine}\r\n`);
  return [[script, 'startup.nsh']];
}
