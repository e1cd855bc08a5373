/** HTTP schemas of hosts and pools, for administrators: what `paddock host` and `paddock pool` read and print. */
import * as z from 'zod';
import { eventView, page } from './api.ts';
import { machineArchitecture } from './host-messages.ts';
import { hostTraits, hostTraitsChange, labels, noTraits } from './host-traits.ts';
import { attemptId, hostId, instant, jobId, machineId, slug } from './ids.ts';
import { limits } from './limits.ts';
import { poolChange, poolLimit } from './pool.ts';

const count = z.number().int().nonnegative();
/** Machines by their status. */
const machineCounts = z.record(z.string(), count);
const share = z.object({ total: count, free: count });

/** Why nothing is started there, or only one machine at a time, for now. */
export const holdBack = z.object({
  /** One at a time, until one is up; otherwise only this image on this host waits for its next try. */
  isQuarantined: z.boolean(),
  /** What failed where, and why. */
  text: z.string(),
  /** The newest that failed. */
  machine: machineId,
  /** Nothing is tried before. */
  until: instant,
});
export type HoldBack = z.infer<typeof holdBack>;

export const hostDriver = z.object({
  name: z.string(),
  isolation: z.string(),
  /** Of which processors its machines are; left out: of the host's. */
  architectures: z.array(machineArchitecture).optional(),
});

export const hostImageFile = z.object({
  /** Names of the images that need it; none: they are no more. */
  images: z.array(z.string()),
  /** Null: not on its way now, because the last try failed with `message`. */
  download: z.object({ bytes: count, totalBytes: count.nullable() }).nullable(),
  message: z.string().nullable(),
});

export const hostView = z.object({
  id: hostId,
  name: z.string(),
  isConnected: z.boolean(),
  isDraining: z.boolean(),
  /** Null before its first report, as are the next three. */
  lastSeenAt: instant.nullable(),
  system: z.object({ os: z.string(), arch: z.string() }).nullable(),
  /** `free` is what virtual machines of Paddock have not taken; processes share all of it. */
  room: z.object({ cpus: share, memoryMiB: share }).nullable(),
  diskFreeMiB: count.nullable(),
  /** What an admin says of it; `free` is what machines have not taken, those on their way out included. */
  labels: labels.default({}),
  resources: z.record(z.string(), share).default({}),
  drivers: z.array(hostDriver),
  machines: machineCounts,
  /** Files of images that it fetches, or could not: for a machine, or before one needs them. */
  imageFiles: z.array(hostImageFile).default([]),
  /** When several images have failed to start on it, and none has started since. */
  quarantine: holdBack.nullable().default(null),
});
export type HostView = z.infer<typeof hostView>;

export const hostDetail = hostView.extend({
  machineList: z.array(
    z.object({ id: machineId, image: z.string(), status: z.string(), since: instant, expiresAt: instant }),
  ),
});
export type HostDetail = z.infer<typeof hostDetail>;

/** `POST /api/v1/hosts`: lets one host in under this name. */
export const addHost = z.strictObject({ name: slug, traits: hostTraitsChange.optional() });

/** `POST /api/v1/hosts/<name>/set`; what is left out stays as it is. */
export const setHost = hostTraitsChange;

/** The token is shown this once. */
export const hostInvitation = z.object({
  name: z.string(),
  token: z.string(),
  expiresAt: instant,
  /** The machine listener, as hosts reach it. */
  coordinator: z.url(),
  /** Drivers that the configured images need. */
  drivers: z.array(z.string()),
  /** A host of that name is there already: whoever joins with the token takes its place. */
  isKnown: z.boolean(),
});
export type HostInvitation = z.infer<typeof hostInvitation>;

export const removeHost = z.strictObject({ isForced: z.boolean().default(false) });

export const poolLimits = z.object({ warm: count, max: count, idleMs: count });

export const poolView = z.object({
  image: z.string(),
  driver: z.string(),
  /** Names of the only hosts that may have its machines; null: any that has the driver. */
  hosts: z.array(z.string()).nullable(),
  /** What a host must have for one of its machines. */
  needs: hostTraits.default(noTraits),
  /** What holds now; `configured` is what the configuration says, `changedAt` when an admin made it another, if so. */
  ...poolLimits.shape,
  isPaused: z.boolean(),
  configured: poolLimits,
  changedAt: instant.nullable(),
  /** Its image says that none are kept ready, whatever is configured. */
  keepsNone: z.boolean().default(false),
  queued: count,
  machines: machineCounts,
  /** Machines that are wanted, and cannot be had now. */
  missing: count,
  /** How many more the hosts have room for now, within `max`. */
  room: count,
  /** What keeps the missing ones away; when none is missing, what would keep away one more than there is room for. */
  limit: z.object({ kind: poolLimit, text: z.string() }),
  /** The newest failure to start that no success has mended, or the quarantine that came of several. */
  failing: holdBack.nullable().default(null),
  /** Names of hosts that emulate the processor of its machines, which is many times slower. */
  emulatedOn: z.array(z.string()),
});
export type PoolView = z.infer<typeof poolView>;

export const poolDetail = poolView.extend({
  /** Newest first. */
  decisions: z.array(eventView),
});
export type PoolDetail = z.infer<typeof poolDetail>;

/** `POST /api/v1/pools/<image>/scale`; what is left out stays as it is. */
export const scalePool = poolChange;

/**
 * `POST /api/v1/pools/<image>/preview`, with the body of `scale`: what the planner would do now, and why. Nothing comes of it.
 */
export const poolPreview = z.object({
  image: z.string(),
  /** Why it cannot be so; null: it can, and the rest says what it would do. */
  refusal: z.string().nullable(),
  /** What would hold. */
  warm: count,
  max: count,
  idleMs: count,
  starts: z.array(z.object({ host: z.string(), count, hasImage: z.boolean() })),
  stops: count,
  /** Wanted, and not to be had. */
  missing: count,
  /** How many more the hosts would have room for, within `max`. */
  room: count,
  limit: z.object({ kind: poolLimit, text: z.string() }).nullable(),
  /** Other pools for which that makes a difference; fewer is less than nothing. */
  others: z.array(z.object({ image: z.string(), starts: z.number().int(), stops: z.number().int() })),
  /** The same in words; the first is the answer. */
  sentences: z.array(z.string()),
});
export type PoolPreview = z.infer<typeof poolPreview>;

export const machineView = z.object({
  id: machineId,
  image: z.string(),
  /** Its name; the id of one that is no more. */
  host: z.string(),
  status: z.string(),
  since: instant,
  createdAt: instant,
  expiresAt: instant,
  /** Why it is on its way out, or gone. */
  reason: z.string().nullable(),
  /** What it is busy with. */
  attempt: attemptId.nullable(),
  job: jobId.nullable().default(null),
  /** It is over, and its agent never reported in. */
  hasFailed: z.boolean(),
  /** Why that was, by its console: one sentence with what to check; null: it has not failed, or has no console. */
  diagnosis: z.string().nullable(),
});
export type MachineView = z.infer<typeof machineView>;

export const machineDetail = machineView.extend({
  /** The end of what it wrote until it was given up, as plain text; null: nobody has it. */
  console: z.object({ text: z.string(), receivedAt: instant }).nullable(),
  /** A picture of its display at that time, at `/api/v1/machines/<id>/screen.png`; null: nobody has it. */
  screen: z.object({ bytes: z.number().int() }).nullable().default(null),
  /** Oldest first. */
  events: z.array(eventView),
});
export type MachineDetail = z.infer<typeof machineDetail>;

/** `GET /api/v1/machines`: those that there are, then the newest that failed to start or, with `all`, that ended. */
export const machineQuery = z.strictObject({ all: z.enum(['0', '1']).default('0') });

/** Machines as they fill a host. */
export const machineOnHost = z.object({
  id: machineId,
  image: z.string(),
  status: z.string(),
  since: instant,
  /** What it takes of its host; processes take nothing of their own. */
  cpus: count,
  memoryMiB: count,
  diskMiB: count,
});
export type MachineOnHost = z.infer<typeof machineOnHost>;

/** `GET /api/v1/fleet`: is there room, is anything sick? What `paddock fleet` prints. */
export const fleetView = z.object({
  /** Jobs that are queued for a machine. */
  queue: z.object({ count, oldestAt: instant.nullable() }),
  /** By their status. */
  machines: machineCounts,
  /** Ready for the next job. */
  warm: count,
  /** Of the connected hosts that say what they have: what virtual machines of Paddock take. */
  room: z.object({ cpus: share, memoryMiB: share }),
  hosts: z.array(hostView.extend({ machineList: z.array(machineOnHost) })),
  pools: z.array(poolView),
});
export type FleetView = z.infer<typeof fleetView>;
export type HostInFleet = FleetView['hosts'][number];

/** What was decided of a pool, an image or a host, by the planner or by an admin. */
export const decisionView = z.object({
  seq: z.number().int(),
  at: instant,
  type: z.string(),
  image: z.string().nullable(),
  /** Its name; the id of one that is no more. */
  host: z.string().nullable(),
  machine: machineId.nullable(),
  /** Why, or with what. */
  reason: z.string(),
});
export type DecisionView = z.infer<typeof decisionView>;

/** `GET /api/v1/decisions`, newest first. A page may be short, or empty, with older ones to follow. */
export const decisionPage = page(decisionView);
export type DecisionPage = z.infer<typeof decisionPage>;

export const decisionQuery = z.strictObject({
  max: z.coerce.number().int().min(1).max(limits.pageItems).default(30),
  /** `next` of the page before. */
  before: z.coerce.number().int().positive().optional(),
});
export type DecisionQuery = z.infer<typeof decisionQuery>;
