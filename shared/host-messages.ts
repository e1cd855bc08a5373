/**
 * What hosts say and hear over NATS, as `messages.ts` has it for guests.
 *
 *   host → up.<host>.report        hostReport     → hostDesired      every 5 s, and at every change
 *   host → up.<host>.evidence      bootEvidence   → evidenceAnswer   repeated until answered, one machine at a time
 *   coordinator → down.<host>      hostDesired                       a hint: acts like the answer to a report
 */
import * as z from 'zod';
import { hostId, instant, machineId, sha256 } from './ids.ts';
import { resolvedManifest } from './image-manifest.ts';
import { limits } from './limits.ts';
import { isolation } from './machine.ts';
import { PROTOCOL_VERSION } from './messages.ts';

const version = z.literal(PROTOCOL_VERSION);
const count = z.number().int().nonnegative();

/** A machine as its host observes it. `gone` is repeated for as long as the coordinator still desires the machine. */
export const observedMachine = z.object({
  id: machineId,
  state: z.enum(['creating', 'running', 'destroying', 'gone']),
  /** Why it is gone or could not be created, in a sentence. */
  reason: z.string().max(2_000),
});
export type ObservedMachine = z.infer<typeof observedMachine>;

/** A processor that a driver's machines have. `isEmulated`: by software, which is many times slower. */
export const machineArchitecture = z.object({ arch: z.string().max(32), isEmulated: z.boolean() });
export type MachineArchitecture = z.infer<typeof machineArchitecture>;

const offeredDriver = z.object({
  name: z.string(),
  isolation,
  /** Left out: machines have the processor of their host. */
  architectures: z.array(machineArchitecture).max(16).optional(),
});

/** What a host has of the files that it was told to fetch ahead, and what of them is on its way. */
export const imageFilesOnHost = z.object({
  here: z.array(sha256),
  /** Machines may wait for these. */
  fetching: z.array(z.object({ sha256, bytes: count, totalBytes: count.nullable() })),
  /** Those whose last try failed, and why. */
  failed: z.array(z.object({ sha256, message: z.string().max(500) })),
});
export type ImageFilesOnHost = z.infer<typeof imageFilesOnHost>;

export const hostReport = z.object({
  v: version,
  host: hostId,
  /** `diskMiB`: what is free where machines are. `imageFiles` is left out by a host that was told nothing of them. */
  capacity: z.object({
    cpus: count,
    memoryMiB: count,
    diskMiB: count,
    os: z.string(),
    arch: z.string(),
    imageFiles: imageFilesOnHost.optional(),
  }),
  drivers: z.array(offeredDriver),
  /** The newest desired set this host has acted on. */
  acted: z.object({ epoch: count, generation: count }),
  machines: z.array(observedMachine),
});
export type HostReport = z.infer<typeof hostReport>;

/** A machine that should exist. Repeating it is harmless; a machine that is missing from the set is destroyed. */
export const desiredMachine = z.object({
  id: machineId,
  image: resolvedManifest,
  /** One-time secret with which the guest enrols; it binds to the first key shown. */
  ticket: z.string(),
  /** The machine listener, as guests on this host reach it. */
  enrolUrl: z.url(),
  /** The guest's dead-man timer and the driver's expiry tag. */
  expiresAt: instant,
  /** With which the host, and only it, fetches those files of the image that lie at the coordinator. */
  filesToken: z.string(),
});
export type DesiredMachine = z.infer<typeof desiredMachine>;

const imageFilesAhead = z.object({
  /** The machine listener, which has those without an address of their own below `/images/`. */
  at: z.url(),
  token: z.string(),
  /** What is wanted most comes first. */
  files: z.array(z.object({ sha256, url: z.url().optional() })),
});
export type ImageFilesAhead = z.infer<typeof imageFilesAhead>;

/** The whole set. A lower (epoch, generation) than one acted on is refused: it comes from a brain that was replaced. */
export const hostDesired = z.object({
  v: version,
  epoch: count,
  generation: count,
  machines: z.array(desiredMachine),
  /** Machines, on their way out too, whose agent has not reported in: of these the host keeps the console when they end. */
  evidenceOf: z.array(machineId).default([]),
  /** What machines of this host may need: it fetches that before one does. Left out by older coordinators. */
  imageFiles: imageFilesAhead.optional(),
});
export type HostDesired = z.infer<typeof hostDesired>;

/**
 * The end of what a machine wrote on its console, from its host, once the machine is over. Not a part of the report: that
 * is sent every few seconds and bounded by one payload, and many machines may fail at once.
 */
export const bootEvidence = z.object({
  v: version,
  host: hostId,
  machine: machineId,
  /** Plain text; who receives it makes it so once more. */
  console: z.string().max(limits.evidenceChars),
  /** A PNG in base64; it is looked at before it is believed. */
  screen: z
    .string()
    .max(4 * Math.ceil(limits.screenBytes / 3))
    .optional(),
});
export type BootEvidence = z.infer<typeof bootEvidence>;

export const evidenceAnswer = z.object({
  /** `unwanted`: no machine of this host, or one that has reported in. Either way the host need not keep it. */
  answer: z.enum(['stored', 'unwanted']),
});
export type EvidenceAnswer = z.infer<typeof evidenceAnswer>;
