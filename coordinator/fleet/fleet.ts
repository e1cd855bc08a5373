/**
 * The fleet's shell: hosts report what they have, and are answered with what they should have. The desired set is derived
 * from machine rows at every answer; (epoch, generation) order the sets of different brains and moments.
 */
import type { HostId, Instant, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { MachineState } from '#shared/machine.ts';
import { type HostDesired, hostReport, PROTOCOL_VERSION } from '#shared/messages.ts';
import type { Ages } from '../ages.ts';
import { appendEvent } from '../store/events.ts';
import { listHosts } from '../store/hosts.ts';
import { countQueued } from '../store/jobs.ts';
import { insertMachine, listLiveMachines, listMachinesOfHost, type Machine } from '../store/machines.ts';
import { assertRole, type Role } from '../store/roles.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Wake } from '../wake.ts';
import { type BootFailures, createBootFailures } from './boot-failures.ts';
import type { Create } from './growth.ts';
import { recordReport } from './host-report.ts';
import { addressed } from './image-files.ts';
import { applyToMachine } from './machines.ts';
import { type Action, plan } from './plan.ts';
import type { Backoff, PlannedPool, Snapshot } from './snapshot.ts';

export type FleetParts = {
  store: Store;
  role: Role;
  pools: PlannedPool[];
  /** The one-time secret of a machine; the same machine gets the same one. */
  ticketFor(machine: MachineId): string;
  /** With which a host fetches the files of images. */
  filesTokenFor(host: HostId): string;
  /** The machine listener as guests reach it. */
  machineUrl: string;
  /** Whether we have been there to hear whoever had something to say: after our own absence silence says nothing. */
  isAttentive(): boolean;
  ages: Ages;
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
  /** An attempt was lost on the host: for a while others are preferred. */
  suspect(host: HostId): void;
  backoffOf(image: string, host: HostId): Backoff | null;
  /** Forgets what is held against hosts: until when was noted by another clock. */
  clockLeapt(): void;
};

/** What the planner knows beside the rows. Kept in memory: a restarted coordinator gives everybody another chance. */
type Memory = { failures: BootFailures; lostAt: Map<HostId, Instant> };

export function createFleet(parts: FleetParts): Fleet {
  const memory: Memory = { failures: createBootFailures(), lostAt: new Map() };
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
    const wakes = await parts.store.write(async tx => {
      await assertRole(tx, parts.role);
      return recordReport(tx, { report, desired, at: parts.now() }, memory.failures);
    });
    parts.wakeUp(wakes);
    return wakes.length === 0 ? desired : desiredFor(report.host);
  }

  return {
    onReport,
    desiredFor,
    tick: () => tick(parts, memory),
    suspect: host => void memory.lostAt.set(host, parts.now()),
    backoffOf: memory.failures.backoffOf,
    clockLeapt() {
      memory.failures.forget();
      memory.lostAt.clear();
    },
  };
}

const isDesired = ({ state }: Machine): boolean => state.status !== 'retiring' && state.status !== 'gone';

const desire = (
  { ticketFor, filesTokenFor, machineUrl }: FleetParts,
  { id, hostId, manifest, expiresAt }: Machine,
): HostDesired['machines'][number] => ({
  id,
  image: addressed(manifest, machineUrl),
  ticket: ticketFor(id),
  enrolUrl: machineUrl,
  expiresAt,
  filesToken: filesTokenFor(hostId),
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

async function tick(parts: FleetParts, memory: Memory): Promise<Wake[]> {
  const { store, role, now } = parts;
  if (plan(await snapshotOf(store.read, parts, memory), now()).length === 0) return [];
  return store.write(async tx => {
    await assertRole(tx, role);
    const at = now();
    const wakes: Wake[] = [];
    for (const action of plan(await snapshotOf(tx, parts, memory), at))
      wakes.push(...(await carryOut(tx, action, at, memory.failures)));
    return wakes;
  });
}

async function snapshotOf(
  tx: Tx,
  { pools, isAttentive, ages }: FleetParts,
  { failures, lostAt }: Memory,
): Promise<Snapshot> {
  const hosts = await listHosts(tx);
  const machines = await listLiveMachines(tx);
  const ageOf = ages(machines.map(({ id, state }) => ({ id, since: sinceOf(state) })));
  return {
    pools,
    backoffOf: failures.backoffOf,
    isAttentive: isAttentive(),
    queued: await countQueued(tx),
    hosts: hosts.map(({ id, name, drivers, isDraining, lastSeenAt, capacity }) => ({
      id,
      name,
      drivers: drivers.map(driver => driver.name),
      isDraining,
      lastSeenAt,
      memoryMiB: capacity?.memoryMiB ?? 0,
      lostAt: lostAt.get(id) ?? null,
    })),
    machines: machines.map(({ id, image, hostId, state, expiresAt, manifest }) => ({
      id,
      image,
      hostId,
      state,
      ageMs: ageOf.get(id) ?? 0,
      expiresAt,
      memoryMiB: manifest.machine.memory,
      driver: manifest.machine.driver,
      bootDeadlineMs: manifest.boot.deadline ?? limits.bootDeadlineMs,
    })),
  };
}

const sinceOf = (state: MachineState): Instant => (state.status === 'gone' ? state.at : state.since);

async function carryOut(tx: Tx, action: Action, at: Instant, failures: BootFailures): Promise<Wake[]> {
  if (action.type === 'create') return request(tx, action, at);
  const { reason } = action;
  const type = action.type === 'retire' ? 'retire-requested' : 'observed-gone';
  const { machine, wakes } = await applyToMachine(tx, action.machine, { type, at, reason });
  if (action.type === 'retire' && action.cause === 'boot-failed')
    failures.failed(machine.image, machine.hostId, reason, at);
  return wakes;
}

async function request(tx: Tx, { image, host, reason }: Create, at: Instant): Promise<Wake[]> {
  const expiresAt = at + limits.machineMaxAgeMs;
  const machine = await insertMachine(
    tx,
    { image: image.name, manifest: image, hostId: host, expiresAt },
    at,
  );
  const data = { image: image.name, reason };
  await appendEvent(tx, { at, type: 'machine.requested', machine: machine.id, host, data });
  return [{ type: 'push-host', host }];
}
