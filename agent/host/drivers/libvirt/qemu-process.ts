import { readdir, readFile } from 'node:fs/promises';
import type { MachineId } from '#shared/ids.ts';
import { DriverError } from '../../errors.ts';
import { domainNameOf } from './domain.ts';

/**
 * The pid of a domain's QEMU, by the name on its command line: libvirt tells it to nobody, and where it writes it down
 * depends on whose daemon it is.
 */
export async function findQemu(id: MachineId): Promise<number> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  // Newest first: it has most likely just been started.
  for (const pid of pids.map(Number).sort((a, b) => b - a)) if (await isQemuOf(pid, id)) return pid;
  throw new DriverError(
    'qemu-not-found',
    `libvirt runs ${domainNameOf(id)}, but its QEMU is not on this computer`,
    {
      machine: id,
      isTransient: true,
    },
  );
}

/** Not what is about to become QEMU, and has no network of its own yet. */
export async function isQemuOf(pid: number, id: MachineId): Promise<boolean> {
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  const isQemu = /(^|\/)qemu-system-[\w-]+$/.test(words[0] ?? '');
  return isQemu && words.some(word => word.split(',')[0] === `guest=${domainNameOf(id)}`);
}
