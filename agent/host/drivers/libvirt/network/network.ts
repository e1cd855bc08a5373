/**
 * What a machine reaches: the addresses its tag names, at the gateway of QEMU's user network (10.0.2.2) under their own
 * port numbers. The agent of the machine is told to ask there for whatever address of the coordinator it is given.
 */
import type { Server } from 'node:net';
import type { MachineId } from '#shared/ids.ts';
import { DriverError } from '../../../errors.ts';
import { listenInside } from './listen-inside.ts';
import { relay, type Target } from './relay.ts';

export const gateway = '10.0.2.2';

export type Networks = {
  isOpen(id: MachineId): boolean;
  /** Connects the network of a machine whose QEMU this is. Nothing happens when it is connected already. */
  open(id: MachineId, pid: number, reaches: readonly Target[], signal: AbortSignal): Promise<void>;
  /** Ends its connections, also one that is just being made. */
  close(id: MachineId): void;
  closeAll(): void;
};

export function createNetworks(): Networks {
  const closers = new Map<MachineId, (() => void)[]>();
  const close = (id: MachineId) => {
    for (const closer of closers.get(id) ?? []) closer();
    closers.delete(id);
  };
  return {
    isOpen: id => closers.has(id),
    async open(id, pid, reaches, signal) {
      if (closers.has(id)) return;
      const targets = new Map(reaches.map(target => [target.port, target]));
      const own: (() => void)[] = [];
      closers.set(id, own);
      const onServer = (port: number, server: Server) => {
        const target = targets.get(port);
        const end = target ? relay(server, target) : () => server.close();
        if (target && closers.get(id) === own) own.push(end);
        else end();
      };
      try {
        await listenInside({ pid, ports: [...targets.keys()], onServer, signal });
      } catch (error) {
        if (closers.get(id) === own) close(id);
        throw error;
      }
    },
    close,
    closeAll: () => {
      for (const id of [...closers.keys()]) close(id);
    },
  };
}

/** Refused before a machine is made. Throws `DriverError`. */
export function checkTargets(urls: readonly string[], targets: readonly Target[]): void {
  for (const url of urls)
    if (/^(?:https|tls|wss):/.test(url))
      throw new DriverError(
        'network',
        `a virtual machine asks for ${new URL(url).origin} at its gateway, where no certificate of that name is; give machines an address without TLS (\`machine-url\`)`,
      );
  if (new Set(targets.map(({ port }) => port)).size < targets.length)
    throw new DriverError(
      'network',
      'two addresses with one port number cannot be told apart by a virtual machine',
    );
}

/** The address behind a URL, with the port its scheme has when it names none. */
export function targetOf(url: string): Target {
  const { hostname, port, protocol } = new URL(url);
  const usual: Record<string, number> = { 'http:': 80, 'https:': 443, 'nats:': 4222, 'tls:': 4222 };
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (usual[protocol] ?? 0) };
}
