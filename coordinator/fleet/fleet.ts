/**
 * The fleet's shell: hosts report what they have, and are answered with what they should have. The desired set is derived
 * from machine rows at every answer; (epoch, generation) order the sets of different brains and moments.
 */
import type { HostId, Instant, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type HostDesired, type HostReport, hostReport, PROTOCOL_VERSION } from '#shared/messages.ts';
import { appendEvent } from '../store/events.ts';
import { findHost, listHosts, saveHostReport } from '../store/hosts.ts';
import { countQueued } from '../store/jobs.ts';
import { insertMachine, listLiveMachines, listMachinesOfHost, type Machine } from '../store/machines.ts';
import { assertRole, type Role } from '../store/roles.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Wake } from '../wake.ts';
import { createBootFailures } from './boot-failures.ts';
import { applyToMachine } from './machines.ts';
import { type Action, type Backoff, type PlannedPool, plan, type Snapshot } from './plan.ts';

export type FleetParts = {
  store: Store;
  role: Role;
  pools: PlannedPool[];
  /** The one-time secret of a machine; the same machine gets the same one. */
  ticketFor(machine: MachineId): string;
  /** The machine listener as guests reach it. */
  machineUrl: string;
  wakeUp(wakes: Wake[]): void;
  now: () => Instant;
};

export type Fleet = {
  /** Answers `up.<host>.report`. @returns null for a message that deserves no answer. */
  onReport(sender: string, payload: unknown): Promise<HostDesired | null>;
  /** What the host should have now. */
  desiredFor(host: HostId): Promise<HostDesired>;
  /** One planning tick. @returns what to hasten. */
  tick(): Promise<Wake[]>;
  backoffOf(image: string): Backoff | null;
};

export function createFleet(parts: FleetParts): Fleet {
  const failures = createBootFailures();
  const generations = createGenerations();

  async function desiredFor(host: HostId): Promise<HostDesired> {
    const machines = (await listMachinesOfHost(parts.store.read, host)).filter(isDesired);
    const generation = generations.of(host, machines);
    return {
      v: PROTOCOL_VERSION,
      epoch: parts.role.epoch,
      generation,
      machines: machines.map(machine => desire(parts, machine)),
    };
  }

  async function onReport(sender: string, payload: unknown): Promise<HostDesired | null> {
    const parsed = hostReport.safeParse(payload);
    if (!parsed.success || parsed.data.host !== sender) return null;
    const report = parsed.data;
    const desired = await desiredFor(report.host);
    const wakes = await parts.store.write(tx => recordReport(tx, report, desired, parts, failures));
    parts.wakeUp(wakes);
    return wakes.length === 0 ? desired : desiredFor(report.host);
  }

  return {
    onReport,
    desiredFor,
    tick: () => tick(parts, failures),
    backoffOf: image => failures.backoffs().get(image) ?? null,
  };
}

const isDesired = ({ state }: Machine): boolean => state.status !== 'retiring' && state.status !== 'gone';

const desire = (
  { ticketFor, machineUrl }: FleetParts,
  { id, manifest, expiresAt }: Machine,
): HostDesired['machines'][number] => ({
  id,
  image: manifest,
  ticket: ticketFor(id),
  enrolUrl: machineUrl,
  expiresAt,
});

/** A host's set gets a new generation whenever its members change. */
function createGenerations() {
  const known = new Map<HostId, { members: string; generation: number }>();
  return {
    of(host: HostId, machines: Machine[]): number {
      const members = machines.map(({ id }) => id).join(' ');
      const last = known.get(host);
      if (last?.members === members) return last.generation;
      const generation = (last?.generation ?? 0) + 1;
      known.set(host, { members, generation });
      return generation;
    },
  };
}

async function recordReport(
  tx: Tx,
  report: HostReport,
  desired: HostDesired,
  { role, now }: FleetParts,
  failures: ReturnType<typeof createBootFailures>,
): Promise<Wake[]> {
  await assertRole(tx, role);
  const host = await findHost(tx, report.host);
  if (!host) return [];
  const at = now();
  await saveHostReport(tx, host.id, report, at);
  const isNews = host.capacity === null || at - host.lastSeenAt > limits.hostSilenceMs;
  if (isNews) await appendEvent(tx, { at, type: 'host.connected', host: host.id, data: { name: host.name } });
  const wakes: Wake[] = isNews ? [{ type: 'fleet' }] : [];
  const isCurrent = report.acted.epoch === desired.epoch && report.acted.generation === desired.generation;
  for (const machine of await listMachinesOfHost(tx, host.id))
    wakes.push(...(await compare(tx, machine, report, isCurrent, at, failures)));
  return wakes;
}

/** One machine row against what its host observes. Absence counts only when the host has acted on the newest set. */
async function compare(
  tx: Tx,
  machine: Machine,
  report: HostReport,
  isCurrent: boolean,
  at: Instant,
  failures: ReturnType<typeof createBootFailures>,
): Promise<Wake[]> {
  const observed = report.machines.find(({ id }) => id === machine.id);
  const isGone = observed ? observed.state === 'gone' : isCurrent;
  if (isGone) {
    const reason = observed?.reason || 'its host no longer has it';
    const isStarting = machine.state.status === 'requested' || machine.state.status === 'booting';
    if (isStarting) failures.failed(machine.image, reason, at);
    return (await applyToMachine(tx, machine.id, { type: 'observed-gone', at, reason })).wakes;
  }
  if (observed?.state === 'running' && machine.state.status === 'requested')
    return (await applyToMachine(tx, machine.id, { type: 'created', at })).wakes;
  if (machine.state.status === 'ready' || machine.state.status === 'busy') failures.succeeded(machine.image);
  return [];
}

async function tick(
  { store, role, pools, now }: FleetParts,
  failures: ReturnType<typeof createBootFailures>,
): Promise<Wake[]> {
  const snapshot = await snapshotOf(store.read, pools, failures.backoffs());
  if (plan(snapshot, now()).length === 0) return [];
  return store.write(async tx => {
    await assertRole(tx, role);
    const fresh = await snapshotOf(tx, pools, failures.backoffs());
    const wakes: Wake[] = [];
    for (const action of plan(fresh, now())) wakes.push(...(await carryOut(tx, action, now(), failures)));
    return wakes;
  });
}

async function snapshotOf(tx: Tx, pools: PlannedPool[], backoffs: Snapshot['backoffs']): Promise<Snapshot> {
  const hosts = await listHosts(tx);
  const machines = await listLiveMachines(tx);
  return {
    pools,
    backoffs,
    queued: await countQueued(tx),
    hosts: hosts.map(host => ({
      id: host.id,
      name: host.name,
      drivers: host.drivers.map(({ name }) => name),
      isDraining: host.isDraining,
      lastSeenAt: host.lastSeenAt,
      memoryMiB: host.capacity?.memoryMiB ?? 0,
      cpus: host.capacity?.cpus ?? 0,
    })),
    machines: machines.map(({ id, image, hostId, state, expiresAt, manifest }) => ({
      id,
      image,
      hostId,
      state,
      expiresAt,
      memoryMiB: manifest.machine.memory,
      driver: manifest.machine.driver,
      bootDeadlineMs: manifest.boot.deadline ?? limits.bootDeadlineMs,
    })),
  };
}

async function carryOut(
  tx: Tx,
  action: Action,
  at: Instant,
  failures: ReturnType<typeof createBootFailures>,
): Promise<Wake[]> {
  if (action.type === 'retire') {
    const { machine, wakes } = await applyToMachine(tx, action.machine, {
      type: 'retire-requested',
      at,
      reason: action.reason,
    });
    if (action.cause === 'boot-failed') failures.failed(machine.image, action.reason, at);
    return wakes;
  }
  const expiresAt = at + limits.machineMaxAgeMs;
  const machine = await insertMachine(
    tx,
    { image: action.image.name, manifest: action.image, hostId: action.host, expiresAt },
    at,
  );
  await appendEvent(tx, {
    at,
    type: 'machine.requested',
    machine: machine.id,
    host: action.host,
    data: { image: machine.image, reason: action.reason },
  });
  return [{ type: 'push-host', host: action.host }];
}
