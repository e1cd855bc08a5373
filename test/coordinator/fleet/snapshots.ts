/** Snapshots for the planner, by short names: what differs is said, the rest is usual. */
import { plan } from '#coordinator/fleet/plan.ts';
import type { Backoff } from '#coordinator/fleet/quarantine.ts';
import type { PlannedHost, PlannedMachine, PlannedPool, Snapshot } from '#coordinator/fleet/snapshot.ts';
import type { ImageFilesOnHost } from '#shared/host-messages.ts';
import type { AttemptId, HostId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { MachineState } from '#shared/machine.ts';
import { imageOf, poolOf } from '../support/brain-lab.ts';

export const now = 1_700_000_000_000;

export const hostOf = (name: string, facts: Partial<PlannedHost> = {}): PlannedHost => ({
  id: name as HostId,
  name,
  drivers: ['process', 'libvirt'],
  isDraining: false,
  lastSeenAt: now,
  memoryMiB: 8_192,
  cpus: 16,
  diskMiB: 1_000_000,
  arch: 'x86_64',
  virtual: null,
  imageFiles: null,
  lostAt: null,
  ...facts,
});

/** The digest of a file, from one letter. */
export const digest = (letter: string): string => letter.repeat(64);

/** What a host says of its files. */
export const filesOn = (here: string[], facts: Partial<ImageFilesOnHost> = {}): ImageFilesOnHost => ({
  here: here.map(digest),
  fetching: [],
  failed: [],
  ...facts,
});

export type LiveStatus = Exclude<MachineState['status'], 'gone'>;

export function stateOf(status: LiveStatus, since: number): MachineState {
  const facts = { since, reuse: 'single-use' } as const;
  const states: { [Status in LiveStatus]: Extract<MachineState, { status: Status }> } = {
    requested: { status: 'requested', ...facts },
    booting: { status: 'booting', ...facts },
    ready: { status: 'ready', ...facts },
    busy: { status: 'busy', attempt: 'attempt' as AttemptId, ...facts },
    retiring: { status: 'retiring', reason: 'its one attempt is over', ...facts },
  };
  return states[status];
}

/** A machine that has been in its state for `forMs`. */
export function machineOf(
  id: string,
  status: LiveStatus,
  { forMs = 0, ...facts }: Partial<PlannedMachine> & { forMs?: number } = {},
): PlannedMachine {
  return {
    id: id as MachineId,
    image: 'linux',
    hostId: 'shed' as HostId,
    state: stateOf(status, now - forMs),
    ageMs: forMs,
    expiresAt: now + limits.machineMaxAgeMs,
    memoryMiB: 1_024,
    cpus: 1,
    diskMiB: 0,
    driver: 'process',
    bootDeadlineMs: limits.bootDeadlineMs,
    fetchingMs: 0,
    isOutdated: false,
    ...facts,
  };
}

/** What is held against an image on a host until then. */
export const backoffOn = (host: string, until: number, message = 'no such disk'): Backoff => ({
  until,
  message,
  image: 'linux',
  host: host as HostId,
  machine: 'm0' as MachineId,
});

export const linux = imageOf('linux');
export const linuxPool = (pool: Parameters<typeof poolOf>[1] = {}): PlannedPool => poolOf(linux, pool);

export const snapshotOf = (facts: Partial<Snapshot> & { queue?: Record<string, number> } = {}): Snapshot => ({
  pools: [linuxPool()],
  hosts: [hostOf('shed')],
  machines: [],
  queued: new Map(Object.entries(facts.queue ?? {})),
  backoffOf: () => null,
  quarantines: { images: new Map(), hosts: new Map() },
  isAttentive: true,
  ...facts,
});

/** What the planner would do, in short: `create linux on shed`, `retire m1 (idle)`, `give up m1`. */
export const planned = (facts: Parameters<typeof snapshotOf>[0]): string[] =>
  plan(snapshotOf(facts), now).actions.map(action => {
    if (action.type === 'create') return `create ${action.image.name} on ${action.host}`;
    return action.type === 'retire'
      ? `retire ${action.machine} (${action.cause})`
      : `give up ${action.machine}`;
  });
