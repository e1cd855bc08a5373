/**
 * What a machine reaches: the addresses its tag names, at the gateway of QEMU's user network (10.0.2.2) under their own
 * port numbers. The agent of the machine is told to ask there for whatever address of the coordinator it is given.
 */
import type { MachineId } from '#shared/ids.ts';
import { DriverError } from '../../../errors.ts';
import { listenInside } from './listen-inside.ts';
import { relay, type Target } from './relay.ts';

export const gateway = '10.0.2.2';

export type Networks = {
  isOpen(id: MachineId): boolean;
  /** Connects the network of a machine whose QEMU this is. Nothing happens when it is connected already. */
  open(id: MachineId, pid: number, reaches: readonly Target[], signal: AbortSignal): Promise<void>;
  close(id: MachineId): Promise<void>;
  closeAll(): Promise<void>;
};

export function createNetworks(): Networks {
  const closers = new Map<MachineId, (() => Promise<void>)[]>();
  const close = async (id: MachineId) => {
    const all = closers.get(id) ?? [];
    closers.delete(id);
    await Promise.all(all.map(closer => closer()));
  };
  return {
    isOpen: id => closers.has(id),
    async open(id, pid, reaches, signal) {
      if (closers.has(id)) return;
      const targets = new Map(reaches.map(target => [target.port, target]));
      if (targets.size < reaches.length)
        throw new DriverError('network', 'two addresses with one port number cannot be told apart', {
          machine: id,
        });
      const servers = await listenInside(pid, [...targets.keys()], signal);
      closers.set(
        id,
        [...servers].flatMap(([port, server]) => {
          const target = targets.get(port);
          return target ? [relay(server, target)] : [];
        }),
      );
    },
    close,
    closeAll: async () => void (await Promise.all([...closers.keys()].map(close))),
  };
}

/** The address behind a URL, with the port its scheme has when it names none. */
export function targetOf(url: string): Target {
  const { hostname, port, protocol } = new URL(url);
  const usual: Record<string, number> = { 'http:': 80, 'https:': 443, 'nats:': 4222, 'tls:': 4222 };
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (usual[protocol] ?? 0) };
}
