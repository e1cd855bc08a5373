/** Machines to add, and on which hosts. Pure. */
import type { HostId, Instant } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { isConnected, type PlannedHost, type PlannedPool, type Snapshot } from './snapshot.ts';

export type Create = { type: 'create'; image: ImageManifest; host: HostId; reason: string };

/** For all pools together: what one of them takes of a host, the next one does not have. */
export function growth(snapshot: Snapshot, leaving: ReadonlySet<string>, now: Instant): Create[] {
  const planned: Create[] = [];
  for (const pool of snapshot.pools) grow(snapshot, pool, leaving, planned, now);
  return planned;
}

/** Enough for the queue and the warm ones, within the limits. */
function grow(
  snapshot: Snapshot,
  { pool, image }: PlannedPool,
  leaving: ReadonlySet<string>,
  planned: Create[],
  now: Instant,
): void {
  const own = snapshot.machines.filter(machine => machine.image === image.name);
  const available = own.filter(({ id, state }) => !leaving.has(id) && isAvailable[state.status]).length;
  const queued = snapshot.queued.get(image.name) ?? 0;
  const wanted = Math.min(pool.max - own.length, queued + pool.warm - available);
  const reason = `${queued} queued, ${pool.warm} warm wanted, ${available} available, ${own.length} of ${pool.max} exist`;
  for (let n = 0; n < wanted; n += 1) {
    const host = hostFor(snapshot, { pool, image }, planned, now);
    if (!host) return;
    planned.push({ type: 'create', image, host: host.id, reason });
  }
}

const isAvailable = {
  requested: true,
  booting: true,
  ready: true,
  busy: false,
  retiring: false,
  gone: false,
} as const;

/** Of the hosts that have room: one that lost nothing lately before others, then the one with the fewest machines. */
function hostFor(
  snapshot: Snapshot,
  { pool, image }: PlannedPool,
  planned: Create[],
  now: Instant,
): PlannedHost | null {
  const suspicion = ({ lostAt }: PlannedHost) =>
    Number(lostAt !== null && now - lostAt < limits.hostSuspectMs);
  const load = (host: PlannedHost) =>
    snapshot.machines.filter(machine => machine.hostId === host.id).length +
    planned.filter(create => create.host === host.id).length;
  const fitting = snapshot.hosts.filter(
    host =>
      !host.isDraining &&
      isConnected(host, now) &&
      host.drivers.includes(image.machine.driver) &&
      (!pool.hosts || pool.hosts.includes(host.name)) &&
      (snapshot.backoffOf(image.name, host.id)?.until ?? 0) <= now &&
      hasRoom(snapshot, host, image, planned),
  );
  const best = (a: PlannedHost, b: PlannedHost) =>
    suspicion(a) - suspicion(b) || load(a) - load(b) || a.name.localeCompare(b.name);
  return fitting.sort(best)[0] ?? null;
}

/** Guests of a hypervisor take memory of their own; processes share the host's, and the pool's `max` is their bound. */
const takesMemory = (driver: string): boolean => driver !== 'process' && driver !== 'ssh';

function hasRoom(
  { machines }: Snapshot,
  host: PlannedHost,
  { machine: { driver, memory } }: ImageManifest,
  planned: Create[],
): boolean {
  if (!takesMemory(driver)) return true;
  const existing = machines.filter(machine => machine.hostId === host.id && takesMemory(machine.driver));
  const ordered = planned.filter(
    create => create.host === host.id && takesMemory(create.image.machine.driver),
  );
  const used = [
    ...existing.map(({ memoryMiB }) => memoryMiB),
    ...ordered.map(({ image }) => image.machine.memory),
  ];
  return used.reduce((sum, memoryMiB) => sum + memoryMiB, memory) <= host.memoryMiB;
}
