/** What the planner sees: rows and memories of one moment, as plain values. */

import type { ImageFilesOnHost, MachineArchitecture } from '#shared/host-messages.ts';
import type { HostId, Instant, MachineId } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { MachineState } from '#shared/machine.ts';
import type { Pool } from '#shared/pool.ts';
import type { Backoff, Quarantines } from './quarantine.ts';

/** A pool with what holds now: as configured, or as an admin has scaled it. A disabled image's pool is paused by that. */
export type PlannedPool = { pool: Pool; image: ImageManifest; isPaused: boolean; isDisabled?: boolean };

export type PlannedHost = {
  id: HostId;
  name: string;
  drivers: string[];
  arch: string;
  /** Of which processors its hypervisor makes machines; null: of its own. */
  virtual: readonly MachineArchitecture[] | null;
  isDraining: boolean;
  lastSeenAt: Instant;
  memoryMiB: number;
  cpus: number;
  /** Free now, with what its machines have written taken off. */
  diskMiB: number;
  /** What it has of the files of images; null: it does not say. */
  imageFiles: ImageFilesOnHost | null;
  /** When an attempt was last lost on it; null when none was that anybody remembers. */
  lostAt: Instant | null;
};

export type PlannedMachine = {
  id: MachineId;
  image: string;
  hostId: HostId;
  state: MachineState;
  /** It has been in this state for so long, whatever was done to the wall clock meanwhile. */
  ageMs: number;
  expiresAt: Instant;
  memoryMiB: number;
  cpus: number;
  /** What it may write at most. */
  diskMiB: number;
  driver: string;
  bootDeadlineMs: number;
  /** For so long of `ageMs` its host fetched files for it. */
  fetchingMs: number;
  /** Its image has another version by now, of which machines are made. */
  isOutdated: boolean;
};

export type Snapshot = {
  pools: PlannedPool[];
  hosts: PlannedHost[];
  /** All that are not gone. */
  machines: PlannedMachine[];
  /** Queued jobs per image. */
  queued: ReadonlyMap<string, number>;
  /** After machines of the image or on the host failed to start; `until` may have passed. */
  backoffOf(image: string, host: HostId): Backoff | null;
  /** Of these one machine at a time is tried. */
  quarantines: Pick<Quarantines, 'images' | 'hosts'>;
  /** Whether we have been there to hear whoever had something to say. */
  isAttentive: boolean;
};

/** What of a snapshot is looked up again and again: found once, for there may be thousands of machines and of hosts. */
export type Lookup = {
  host(id: HostId): PlannedHost | undefined;
  pool(image: string): PlannedPool | undefined;
  machinesOf(image: string): readonly PlannedMachine[];
};

export function lookUp({ hosts, pools, machines }: Pick<Snapshot, 'hosts' | 'pools' | 'machines'>): Lookup {
  const hostById = new Map<HostId, PlannedHost>();
  for (const host of hosts) hostById.set(host.id, host);
  const poolByImage = new Map(pools.map(pool => [pool.image.name, pool]));
  const byImage = Map.groupBy(machines, ({ image }) => image);
  return {
    host: id => hostById.get(id),
    pool: image => poolByImage.get(image),
    machinesOf: image => byImage.get(image) ?? [],
  };
}

/** Whether a host is there to take orders. */
export const isConnected = (host: Pick<PlannedHost, 'lastSeenAt'>, now: Instant): boolean =>
  now - host.lastSeenAt < limits.hostSilenceMs;
