/** What the planner sees: rows and memories of one moment, as plain values. */
import type { HostId, Instant, MachineId } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { MachineState } from '#shared/machine.ts';
import type { MachineArchitecture } from '#shared/messages.ts';
import type { Pool } from '#shared/pool.ts';

/** A pool with what holds now: as configured, or as an admin has scaled it. */
export type PlannedPool = { pool: Pool; image: ImageManifest; isPaused: boolean };

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
  driver: string;
  bootDeadlineMs: number;
};

/** Nothing is started before `until`, because of what `message` says. */
export type Backoff = { until: Instant; message: string };

export type Snapshot = {
  pools: PlannedPool[];
  hosts: PlannedHost[];
  /** All that are not gone. */
  machines: PlannedMachine[];
  /** Queued jobs per image. */
  queued: ReadonlyMap<string, number>;
  /** After an image failed to start on a host. */
  backoffOf(image: string, host: HostId): Backoff | null;
  /** Whether we have been there to hear whoever had something to say. */
  isAttentive: boolean;
};

/** Whether a host is there to take orders. */
export const isConnected = (host: Pick<PlannedHost, 'lastSeenAt'>, now: Instant): boolean =>
  now - host.lastSeenAt < limits.hostSilenceMs;
