/** Under which names a coordinator is expected. Pure. */
import { isLoopback } from '../bus/nats-version.ts';

export type Reached = {
  listen: Record<'people' | 'machines' | 'nats', { host: string }>;
  url: string | null;
  machineUrl: string | null;
};

/** This computer, and what the configuration calls it; an address that means every one is no name. */
export function expectedNames({ listen, url, machineUrl }: Reached): string[] {
  const hosts = Object.values(listen)
    .map(({ host }) => host)
    .filter(host => !['0.0.0.0', '::'].includes(host));
  return [...new Set(['localhost', '127.0.0.1', '::1', ...hosts, ...[url, machineUrl].flatMap(nameIn)])];
}

const nameIn = (url: string | null): string[] => (url === null ? [] : [hostOf(url)]);

/** The host of an address, without brackets. */
export const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');

/** What a given certificate has to be for; null: people come by something else than our TLS, or nobody said. */
export function expectedOfPeople({ url }: Pick<Reached, 'url'>): { name: string; key: string } | null {
  const name = url?.startsWith('https:') ? hostOf(url) : null;
  return name === null || isLoopback(name) ? null : { name, key: 'url' };
}

/** The same for machines: NATS has one certificate for everybody, those on this computer included. */
export function expectedOfMachines(
  { listen, machineUrl }: Reached,
  isNatsTls: boolean,
): { name: string; key: string } | null {
  if (machineUrl !== null) return { name: hostOf(machineUrl), key: 'machine-url' };
  return isNatsTls ? { name: listen.nats.host, key: 'listen.nats' } : null;
}
