import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { domainNameOf } from './domain.ts';

/**
 * The pid of a domain's QEMU, by the name on its command line: libvirt tells it to nobody, and where it writes it down
 * depends on whose daemon it is. Null: none runs on this computer. Throws when that cannot be known.
 */
export async function findQemu(id: MachineId): Promise<number | null> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  // Newest first: it has most likely just been started.
  for (const pid of pids.map(Number).sort((a, b) => b - a)) if (await isQemuOf(pid, id)) return pid;
  return null;
}

/** Whether this process is still that domain's. Not what is about to become QEMU, and has no network of its own yet. */
export async function isQemuOf(pid: number, id: MachineId): Promise<boolean> {
  const words = (await commandLineOf(pid)).split('\0');
  const isQemu = /(^|\/)qemu-system-[\w-]+$/.test(words[0] ?? '');
  return isQemu && words.some(word => word.split(',')[0] === `guest=${domainNameOf(id)}`);
}

/** Ends a QEMU that libvirt knows nothing of any more, and waits until it has ended. */
export async function endQemu(id: MachineId, signal: AbortSignal): Promise<void> {
  for (let pid = await findQemu(id); pid !== null; pid = await findQemu(id)) {
    killIfThere(pid);
    await pause(limits.machineWatchMs / 10, undefined, { signal });
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Empty: the process is no more. Anything else that goes wrong (no file descriptor) says nothing about it. */
async function commandLineOf(pid: number): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
