/**
 * A port in the network namespace of a machine at which QEMU's user network carries connections to its SSH server. Nobody is in
 * that namespace but QEMU and what this host puts there, and for the machine it is its own server.
 * https://www.qemu.org/docs/master/system/monitor.html (hostfwd_add)
 */
import { limits } from '#shared/limits.ts';
import { DriverError } from '../../../errors.ts';
import { domainNameOf } from '../domain.ts';
import type { VirtualTag } from '../machine-directory.ts';
import { proxyPort } from '../network/network.ts';
import type { Virsh } from '../virsh.ts';

type Reached = Pick<VirtualTag, 'id' | 'reaches'>;

/** Not one at which the machine finds its coordinator or the proxy of its host. */
function portFor({ reaches }: Reached): number {
  const taken = new Set([proxyPort, ...reaches.map(({ port }) => port)]);
  let port = 2222;
  while (taken.has(port)) port += 1;
  return port;
}

const monitor = (virsh: Virsh, { id }: Reached, words: string, signal: AbortSignal): Promise<string> =>
  virsh.run(['qemu-monitor-command', domainNameOf(id), '--hmp', words], signal);

/** Runs `body` while the port is open. Throws also when it cannot be opened; one that stays does no harm. */
export async function withForward<Value>(
  virsh: Virsh,
  machine: Reached,
  signal: AbortSignal,
  body: (port: number) => Promise<Value>,
): Promise<Value> {
  const port = portFor(machine);
  const place = `hostnet0 tcp:127.0.0.1:${port}`;
  // What a killed host agent has left is refused a second time; what is not there is only remarked upon.
  await monitor(virsh, machine, `hostfwd_remove ${place}`, signal);
  const said = await monitor(virsh, machine, `hostfwd_add ${place}-:22`, signal);
  if (said.trim() !== '')
    throw new DriverError('forward', `QEMU opens no port to its SSH server: ${said.trim()}`, {
      machine: machine.id,
      isTransient: true,
    });
  try {
    return await body(port);
  } finally {
    const deadline = AbortSignal.timeout(limits.virshKillMs);
    // It may be gone with its machine; if not, the next one who comes removes it.
    await monitor(virsh, machine, `hostfwd_remove ${place}`, deadline).catch(() => undefined);
  }
}
