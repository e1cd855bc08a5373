/** Hosts of the simulated fleet. One that is there reports all the time; one that has vanished is silent. */
import type { HostId, Instant } from '#shared/ids.ts';
import type { Scenario } from '#shared/scenario-file.ts';
import type { PlannedHost } from '../fleet/snapshot.ts';

export type SimulatedHost = PlannedHost & { isUp: boolean };

export type Hosts = {
  readonly all: SimulatedHost[];
  get(id: HostId): SimulatedHost;
  /** Everybody who is there has just reported. */
  hear(now: Instant): void;
};

export function createHosts(scenario: Scenario): Hosts {
  const all = scenario.hosts.flatMap(group => hostNames(group).map(name => hostOf(name, group)));
  const byId = new Map(all.map(host => [host.id, host]));
  return {
    all,
    get(id) {
      const host = byId.get(id);
      if (!host) throw new Error(`there is no host ${id}`);
      return host;
    },
    hear(now) {
      for (const host of all) if (host.isUp) host.lastSeenAt = now;
    },
  };
}

/** `attic` where there is one, else `attic-01`, `attic-02`, so that they sort as they are counted. */
export function hostNames({ name, count }: Pick<Scenario['hosts'][number], 'name' | 'count'>): string[] {
  if (count === 1) return [name];
  const digits = String(count).length;
  return Array.from({ length: count }, (_, n) => `${name}-${String(n + 1).padStart(digits, '0')}`);
}

const hostOf = (
  name: string,
  { drivers, cpus, memory, arch, labels, resources }: Scenario['hosts'][number],
): SimulatedHost => ({
  id: name as HostId,
  name,
  drivers,
  isDraining: false,
  lastSeenAt: 0,
  memoryMiB: memory,
  cpus,
  diskMiB: Number.POSITIVE_INFINITY,
  traits: { labels, resources },
  arch,
  virtual: null,
  imageFiles: null,
  lostAt: null,
  isUp: true,
});
