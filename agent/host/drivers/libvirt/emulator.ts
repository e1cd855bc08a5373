/**
 * QEMU in an empty network namespace of its own: a guest with QEMU's user network reaches exactly what listens on the
 * loopback of that namespace, which is the relay of this host, and nothing else: not the host's services, not its
 * network, not another guest. libvirt is given a program that makes the namespace and becomes QEMU, so nothing of it
 * outlives QEMU. Without root the namespace is made in a user namespace.
 */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Hardware, hardwareArchs } from './domain.ts';

const script = (qemu: string): string => `#!/bin/sh
# Written by Paddock's host agent: QEMU where no network is, for libvirt to start.
if [ "$(id -u)" = 0 ]; then user=; else user='--user --map-root-user'; fi
exec unshare $user --net -- /bin/sh -c 'ip link set lo up && exec "$0" "$@"' ${qemu} "$@"
`;

/** Writes the program for each architecture. libvirt asks a program what it can do once: its path stays the same. */
export async function writeEmulators(directory: string): Promise<(arch: Hardware['arch']) => string> {
  for (const arch of hardwareArchs) {
    await writeFile(pathOf(directory, arch), script(`qemu-system-${arch}`), { mode: 0o755 });
    await chmod(pathOf(directory, arch), 0o755);
  }
  return arch => pathOf(directory, arch);
}

const pathOf = (directory: string, arch: string): string => join(directory, `emulator-${arch}`);
