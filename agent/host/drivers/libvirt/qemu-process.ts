import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineId } from '#shared/ids.ts';
import { DriverError } from '../../errors.ts';
import { domainNameOf } from './domain.ts';

/**
 * The pid of a domain's QEMU: libvirt writes it down where root's daemon and where a user's keep such files. It is proven
 * by its command line, for pids are used again.
 */
export async function findQemu(id: MachineId, runtimeDirectory: string): Promise<number> {
  const name = domainNameOf(id);
  const places = ['/run/libvirt/qemu', join(runtimeDirectory, 'libvirt/qemu/run')];
  for (const place of places) {
    const pid = Number(await readFile(join(place, `${name}.pid`), 'utf8').catch(() => 0));
    const words = pid > 0 ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') : '';
    if (words.split('\0').some(word => word.startsWith(`guest=${name},`) || word === `guest=${name}`))
      return pid;
  }
  throw new DriverError(
    'qemu-not-found',
    `libvirt runs ${name}, but its QEMU is not found in ${places.join(' or ')}`,
    {
      machine: id,
      isTransient: true,
    },
  );
}
