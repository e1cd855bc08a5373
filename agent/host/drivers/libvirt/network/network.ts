/**
 * What a machine reaches: the addresses its tag names, at the gateway of QEMU's user network (10.0.2.2) under their own
 * port numbers. The agent of the machine is told to ask there for whatever address of the coordinator it is given. Where
 * its image has an `egress`, a proxy answers there too (`proxy.ts`).
 */
import type { Server } from 'node:net';
import type { MachineId } from '#shared/ids.ts';
import type { Mirror } from '#shared/mirror.ts';
import { DriverError, messageOf } from '../../../errors.ts';
import type { Log } from '../../../log.ts';
import type { VirtualTag } from '../machine-directory.ts';
import { type EgressRules, permit } from './egress.ts';
import { listenInside } from './listen-inside.ts';
import { addressesHere, createNames } from './names.ts';
import { offerProxy } from './proxy.ts';
import { countRefusals } from './refusals.ts';
import { relay, type Target } from './relay.ts';

export const gateway = '10.0.2.2';
/** Where proxies usually are. */
export const proxyPort = 3128;

/** What of a machine's tag says what it reaches. */
export type Reach = Pick<VirtualTag, 'id' | 'reaches' | 'egress'>;

export type Networks = {
  isOpen(id: MachineId): boolean;
  /** Connects the network of a machine whose QEMU this is. Nothing happens when it is connected already. */
  open(machine: Reach, pid: number, signal: AbortSignal): Promise<void>;
  /** Ends its connections, also one that is just being made. */
  close(id: MachineId): void;
  closeAll(): void;
};

export type NetworkParts = {
  mirrors: readonly Mirror[];
  log: Log;
  lookUp?: (host: string) => Promise<string[]>;
};

export function createNetworks({ mirrors, log, lookUp = addressesHere }: NetworkParts): Networks {
  const names = createNames();
  const closers = new Map<MachineId, (() => void)[]>();
  const close = (id: MachineId) => {
    for (const closer of closers.get(id) ?? []) closer();
    closers.delete(id);
  };

  /** Without the addresses of the coordinator there is no way out: they could not be told from the internet. */
  const barred = (host: string): Promise<string[]> =>
    lookUp(host).catch(cause => {
      throw new DriverError(
        'network',
        `this host knows no address of its coordinator ${host} (${messageOf(cause)}), which a machine with an egress must not reach by its proxy; it is tried again`,
        { isTransient: true, cause },
      );
    });

  /** The way out, on a listening socket of the machine; null for a machine that has none. */
  async function wayOut({ id, egress, reaches }: Reach): Promise<((server: Server) => () => void) | null> {
    if (egress === 'none') return null;
    const coordinator = (await Promise.all(reaches.map(({ host }) => barred(host)))).flat();
    const rules: EgressRules = { egress, mirrors, coordinator, names };
    return server => {
      const refusals = countRefusals(id, log);
      const end = offerProxy(server, { permit: wanted => permit(rules, wanted), onRefused: refusals.add });
      return () => {
        end();
        refusals.close();
      };
    };
  }

  return {
    isOpen: id => closers.has(id),
    async open(machine, pid, signal) {
      const { id, reaches } = machine;
      if (closers.has(id)) return;
      const own: (() => void)[] = [];
      closers.set(id, own);
      try {
        const serve = new Map(reaches.map(to => [to.port, (server: Server) => relay(server, to)]));
        const out = await wayOut(machine);
        if (out) serve.set(proxyPort, out);
        const onServer = (port: number, server: Server) => {
          if (closers.get(id) === own) own.push(serve.get(port)?.(server) ?? (() => server.close()));
          else server.close();
        };
        await listenInside({ pid, ports: [...serve.keys()], onServer, signal });
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
export function checkTargets(
  urls: readonly string[],
  { reaches, egress }: Pick<Reach, 'reaches' | 'egress'>,
): void {
  for (const url of urls)
    if (!/^(?:https?|nats|tls):/.test(url))
      throw new DriverError(
        'network',
        `a virtual machine asks its coordinator by http or https, and NATS by nats or tls; it was given ${url}`,
      );
  const ports = [...reaches.map(({ port }) => port), ...(egress === 'none' ? [] : [proxyPort])];
  if (new Set(ports).size < ports.length)
    throw new DriverError(
      'network',
      `two addresses with one port number cannot be told apart by a virtual machine (${ports.join(', ')})`,
    );
}

/** The address behind a URL, with the port its scheme has when it names none. */
export function targetOf(url: string): Target {
  const { hostname, port, protocol } = new URL(url);
  const usual: Record<string, number> = { 'http:': 80, 'https:': 443, 'nats:': 4222, 'tls:': 4222 };
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (usual[protocol] ?? 0) };
}
