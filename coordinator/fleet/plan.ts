/**
 * How many machines of each image there should be, where, and why. Pure: a snapshot in, actions with reasons out.
 * Invariants: a pool never exceeds `max`, and machines on their way out still count; a draining or silent host gets
 * nothing new; a machine with an attempt is never taken for being surplus.
 */
import type { HostId, Instant, MachineId } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { MachineState } from '#shared/machine.ts';
import type { Pool } from '#shared/pool.ts';

export type PlannedPool = { pool: Pool; image: ImageManifest };
export type PlannedHost = {
  id: HostId;
  name: string;
  drivers: string[];
  isDraining: boolean;
  lastSeenAt: Instant;
  memoryMiB: number;
  cpus: number;
};
export type PlannedMachine = {
  id: MachineId;
  image: string;
  hostId: HostId;
  state: MachineState;
  expiresAt: Instant;
  memoryMiB: number;
  driver: string;
  bootDeadlineMs: number;
};
export type Backoff = { until: Instant; message: string };

export type Snapshot = {
  pools: PlannedPool[];
  hosts: PlannedHost[];
  machines: PlannedMachine[];
  /** Queued jobs per image. */
  queued: ReadonlyMap<string, number>;
  /** Images that failed to start: nothing new before this. */
  backoffs: ReadonlyMap<string, Backoff>;
};

export type Action =
  | { type: 'create'; image: ImageManifest; host: HostId; reason: string }
  | {
      type: 'retire';
      machine: MachineId;
      cause: 'boot-failed' | 'expired' | 'unconfigured' | 'idle';
      reason: string;
    };
type Cause = Extract<Action, { type: 'retire' }>['cause'];

/** Everything to do now. */
export function plan(snapshot: Snapshot, now: Instant): Action[] {
  const retirements = snapshot.machines.flatMap(machine => retirement(snapshot, machine, now));
  return [
    ...retirements,
    ...snapshot.pools.flatMap(pool => growth(snapshot, pool, now)),
    ...surplus(snapshot, now),
  ];
}

/** Whether a host is there to take orders. */
export const isConnected = (host: Pick<PlannedHost, 'lastSeenAt'>, now: Instant): boolean =>
  now - host.lastSeenAt < limits.hostSilenceMs;

const retire = (machine: PlannedMachine, cause: Cause, reason: string): Action[] => [
  { type: 'retire', machine: machine.id, cause, reason },
];

/** What must go whatever the demand: machines that never reported in, expired ones, images nobody configures. */
function retirement({ pools }: Snapshot, machine: PlannedMachine, now: Instant): Action[] {
  const { state } = machine;
  const isStarting = state.status === 'requested' || state.status === 'booting';
  if (isStarting && now - state.since > machine.bootDeadlineMs)
    return retire(machine, 'boot-failed', `did not report in within ${machine.bootDeadlineMs / 1_000} s`);
  const isIdle = isStarting || state.status === 'ready';
  if (isIdle && now > machine.expiresAt) return retire(machine, 'expired', 'reached its maximum age');
  if (isIdle && !pools.some(({ image }) => image.name === machine.image))
    return retire(machine, 'unconfigured', 'its image is not configured any more');
  return [];
}

/** Machines to add for one image: enough for the queue and the warm ones, within the limits. */
function growth(snapshot: Snapshot, { pool, image }: PlannedPool, now: Instant): Action[] {
  const backoff = snapshot.backoffs.get(image.name);
  if (backoff && backoff.until > now) return [];
  const own = snapshot.machines.filter(
    machine => machine.image === image.name && machine.state.status !== 'gone',
  );
  const available = own.filter(({ state }) =>
    ['requested', 'booting', 'ready'].includes(state.status),
  ).length;
  const queued = snapshot.queued.get(image.name) ?? 0;
  const wanted = Math.min(pool.max - own.length, queued + pool.warm - available);
  const reason = `${queued} queued, ${pool.warm} warm wanted, ${available} available, ${own.length} of ${pool.max} exist`;
  const actions: Action[] = [];
  for (let n = 0; n < wanted; n += 1) {
    const host = hostFor(snapshot, { pool, image }, actions, now);
    if (!host) break;
    actions.push({ type: 'create', image, host: host.id, reason });
  }
  return actions;
}

/** The fitting host with the fewest machines; null when none has room. */
function hostFor(
  snapshot: Snapshot,
  { pool, image }: PlannedPool,
  planned: Action[],
  now: Instant,
): PlannedHost | null {
  const load = (host: PlannedHost) =>
    snapshot.machines.filter(machine => machine.hostId === host.id && machine.state.status !== 'gone')
      .length + planned.filter(action => action.type === 'create' && action.host === host.id).length;
  const fitting = snapshot.hosts.filter(
    host =>
      !host.isDraining &&
      isConnected(host, now) &&
      host.drivers.includes(image.machine.driver) &&
      (!pool.hosts || pool.hosts.includes(host.name)) &&
      hasRoom(snapshot, host, image, planned),
  );
  return fitting.sort((a, b) => load(a) - load(b) || a.name.localeCompare(b.name))[0] ?? null;
}

/** Guests of a hypervisor take memory of their own; processes share the host's, and the pool's `max` is their bound. */
function hasRoom(
  { machines }: Snapshot,
  host: PlannedHost,
  image: ImageManifest,
  planned: Action[],
): boolean {
  if (image.machine.driver === 'process' || image.machine.driver === 'ssh') return true;
  const used = machines
    .filter(
      ({ hostId, state, driver }) => hostId === host.id && state.status !== 'gone' && driver !== 'process',
    )
    .reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);
  const reserved = planned
    .filter(action => action.type === 'create' && action.host === host.id)
    .reduce((sum, action) => sum + (action.type === 'create' ? action.image.machine.memory : 0), 0);
  return used + reserved + image.machine.memory <= host.memoryMiB;
}

/** Ready machines beyond `warm` that nobody asked for in a while. */
function surplus({ pools, machines, queued }: Snapshot, now: Instant): Action[] {
  return pools.flatMap(({ pool, image }) => {
    if ((queued.get(image.name) ?? 0) > 0 || image.machine.reuse === 'static') return [];
    const idle = machines
      .filter(machine => machine.image === image.name && machine.state.status === 'ready')
      .sort((a, b) => sinceOf(a) - sinceOf(b));
    return idle
      .slice(0, Math.max(0, idle.length - pool.warm))
      .filter(machine => now - sinceOf(machine) > pool.idle && now <= machine.expiresAt)
      .flatMap(machine => retire(machine, 'idle', `idle for more than ${pool.idle / 1_000} s`));
  });
}

const sinceOf = ({ state }: PlannedMachine): Instant => (state.status === 'gone' ? state.at : state.since);
