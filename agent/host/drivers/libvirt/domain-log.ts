/**
 * libvirt writes a log per domain (how QEMU was started, what it complained of) and keeps it for ever; a host that makes a
 * machine per job would have thousands. It says nowhere in its answers where they are, so its usual places are looked at: of
 * the system's daemon, and of a user's session. https://libvirt.org/kbase/debuglogs.html
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the libvirt at this address keeps them; null: on another computer, or behind a socket that may be anybody's. */
export function logDirectoryOf(uri: string, home: string): string | null {
  const [address] = uri.split('?');
  if (uri.includes('socket=')) return null;
  if (address === 'qemu:///system') return '/var/log/libvirt/qemu';
  return address === 'qemu:///session' ? join(home, '.cache/libvirt/qemu/log') : null;
}

/** The log itself, and what its log daemon has rotated away: three files, unless its configuration says more. */
const suffixes = ['', '.0', '.1', '.2', '.3', '.4'];

/**
 * Removes the log of one domain that is no more, and no other file. Where that is not allowed to us it stays.
 * @param name the whole name: nobody else's domain has it
 */
export async function removeDomainLog(directory: string | null, name: string): Promise<void> {
  if (directory === null) return;
  for (const suffix of suffixes) {
    try {
      await rm(join(directory, `${name}.log${suffix}`), { force: true });
    } catch (error) {
      if (!isForbidden((error as NodeJS.ErrnoException).code)) throw error;
    }
  }
}

/** An agent that is not root, beside a daemon that is; or a system that cannot be written. */
const isForbidden = (code: string | undefined): boolean =>
  code !== undefined && ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(code);
