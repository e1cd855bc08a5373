import { execFile } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const diskBytes = 96 * 1024 * 1024;

export const selfBootingDiskNeeds = ['mkfs.vfat', 'mcopy', 'syslinux'];

export type BootFiles = { kernel: string; initrd: string; commandLine: string };

/** A disk that needs nobody to start its kernel: a FAT file system with a boot loader for BIOS and one for UEFI. */
export async function makeSelfBootingDisk(
  directory: string,
  { kernel, initrd, commandLine }: BootFiles,
): Promise<string> {
  const disk = join(directory, 'self-booting-disk');
  const file = await open(disk, 'w');
  await file.truncate(diskBytes);
  await file.close();
  const menu = join(directory, 'syslinux.cfg');
  const lines = ['DEFAULT here', 'LABEL here', 'LINUX /kernel', 'INITRD /initrd', `APPEND ${commandLine}`];
  await writeFile(menu, `${lines.join('\n')}\n`);
  await run('mkfs.vfat', [disk]);
  await run('mmd', ['-i', disk, '::/EFI', '::/EFI/BOOT']);
  const copies: [from: string, to: string][] = [
    [kernel, 'kernel'],
    [initrd, 'initrd'],
    [menu, 'syslinux.cfg'],
    ['/usr/lib/SYSLINUX.EFI/efi64/syslinux.efi', 'EFI/BOOT/BOOTX64.EFI'],
    ['/usr/lib/syslinux/modules/efi64/ldlinux.e64', 'EFI/BOOT/ldlinux.e64'],
  ];
  for (const [from, to] of copies) await run('mcopy', ['-i', disk, from, `::/${to}`]);
  await run('syslinux', ['--install', disk]);
  return disk;
}
