/**
 * The control protocol over NATS, one schema per message: what both agents need, and what guests say and hear. It is
 * level-triggered: who is below sends what is, the coordinator answers what should be; a lost message costs one interval.
 * Payloads are JSON in UTF-8. What hosts say and hear is in `host-messages.ts`: a guest that starts need not build that.
 *
 *   guest → up.<machine>.renew     guestRenewal   → guestDesired     every 5 s, and at every change of phase
 *   guest → up.<machine>.finished  finished       → finishedAnswer   repeated until `settled` or `fenced`
 *   coordinator → down.<machine>   guestDesired                      a hint: acts like the answer to a renewal
 */
import * as z from 'zod';
import { artifactFile } from './artifact.ts';
import { attemptPhase, mark } from './attempt.ts';
import { cacheOrder, keptCache } from './cache.ts';
import {
  attemptId,
  commitSha,
  coordinatorId,
  hostId,
  instant,
  jobId,
  machineId,
  repositoryId,
  sha256,
} from './ids.ts';
import { attemptEnd, jobKind } from './job.ts';
import { limits } from './limits.ts';
import { reportFile, reportPatterns } from './test-report.ts';

export const PROTOCOL_VERSION = 1;

const version = z.literal(PROTOCOL_VERSION);
const count = z.number().int().nonnegative();

/** Which attempt a message is about; `number` is the fence. */
export const attemptRef = z.object({ attempt: attemptId, number: z.number().int().positive() });
export type AttemptRef = z.infer<typeof attemptRef>;

export const runStep = z.object({
  name: z.string(),
  run: z.string(),
  timeoutMs: z.number().int().positive(),
  idleTimeoutMs: z.number().int().positive(),
  env: z.record(z.string(), z.string()),
  /** Relative to the checkout. */
  directory: z.string(),
});
export type RunStep = z.infer<typeof runStep>;

/** Where the source of exactly one commit comes from. The token reads that one repository until it expires. */
export const runSource = z.discriminatedUnion('type', [
  z.object({ type: z.literal('none') }),
  z.object({
    type: z.literal('mirror'),
    /** `<url>/archive.tar` is the tree; `<url>/git` is a read-only smart HTTP repository that has the commit. */
    url: z.url(),
    token: z.string(),
    commit: commitSha,
    /** The branch or ref name to check the commit out as, for suites that ask git. */
    ref: z.string(),
    prefer: z.enum(['git', 'archive']),
  }),
]);
export type RunSource = z.infer<typeof runSource>;

/** Everything an agent needs to run one attempt. Repeating it for an attempt that runs is harmless. */
export const runSpec = attemptRef.extend({
  job: jobId,
  repository: repositoryId,
  kind: jobKind,
  suite: z.string(),
  shell: z.array(z.string()).min(1),
  steps: z.array(runStep).min(1),
  /** Of every step: `CI`, `PADDOCK_*` and the suite's own. */
  env: z.record(z.string(), z.string()),
  /** Environment that is also redacted from the log, byte for byte. */
  secrets: z.record(z.string(), z.string()),
  /**
   * What stands in files that only the steps' user reads; each step finds the path in the variable of this name. They are
   * gone with the attempt, and redacted like the others. Agents of before this key give none.
   */
  secretFiles: z.record(z.string(), z.string()).optional(),
  source: runSource,
  /** From start to the end of uploads. */
  deadlineMs: z.number().int().positive(),
  logLimitBytes: z.number().int().positive(),
  logOwner: coordinatorId,
  /** Patterns of files to hand over when every step passed, and where they go; empty patterns: nothing to upload. */
  artifacts: z.object({ patterns: z.array(z.string()), url: z.url(), token: z.string() }),
  /** Patterns of reports, handed over to the same place whatever came of the steps; agents of before this key send none. */
  reports: reportPatterns.optional(),
  /** `<url>/<prefix>` answers with the cache that fits. Absent where a suite has none. */
  caches: z.object({ entries: z.array(cacheOrder), url: z.url(), token: z.string() }).optional(),
});
export type RunSpec = z.infer<typeof runSpec>;

export const guestDesired = z.discriminatedUnion('want', [
  z.object({ want: z.literal('idle') }),
  z.object({ want: z.literal('run'), spec: runSpec }),
  z.object({
    want: z.literal('cancel'),
    ...attemptRef.shape,
    reason: z.enum(['cancelled', 'superseded']),
    message: z.string(),
  }),
  /** The verdict is stored: everything kept for this attempt may go. */
  z.object({ want: z.literal('settled'), ...attemptRef.shape }),
  /** A newer attempt exists or the job is over: stop, discard, report nothing. */
  z.object({ want: z.literal('fenced'), ...attemptRef.shape }),
  z.object({ want: z.literal('retire') }),
]);
export type GuestDesired = z.infer<typeof guestDesired>;

export const guestPlatform = z.object({
  os: z.string().max(64),
  arch: z.string().max(32),
  node: z.string().max(32),
  hostname: z.string().max(255),
  /** The guest's git, null when it has none. */
  git: z.string().max(64).nullable(),
  /** Digest of the agent bundle that runs. */
  agent: z.string().max(80),
});
export type GuestPlatform = z.infer<typeof guestPlatform>;

export const guestRenewal = z.object({
  v: version,
  machine: machineId,
  platform: guestPlatform,
  running: attemptRef
    .extend({ phase: attemptPhase, step: count.nullable(), logBytes: count, elapsedMs: count })
    .nullable(),
});
export type GuestRenewal = z.infer<typeof guestRenewal>;

/**
 * The end of an attempt as its machine saw it. `log` is of the redacted stream, every byte of it; `marks` is the whole
 * list. Only `exited` with exit code 0 has artifacts, and their uploads are complete before this is sent.
 */
export const finished = attemptRef.extend({
  v: version,
  machine: machineId,
  end: attemptEnd,
  log: z.object({ bytes: count, lines: count, sha256 }),
  marks: z.array(mark),
  artifacts: z.array(artifactFile),
  /** Those that were handed over; only what has arrived of them counts. Absent from agents of before reports. */
  reports: z.array(reportFile).optional(),
  /** Why there are not more of them. */
  reportNotices: z.array(z.string()).optional(),
  /** Handed over as artifacts are. */
  caches: z.array(keptCache).max(limits.cachesPerSuite).optional(),
});
export type Finished = z.infer<typeof finished>;

export const finishedAnswer = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('settled'), next: guestDesired }),
  /** The log owner has less than `log.bytes`, or other bytes: send again from here (0 when the digest differs). */
  z.object({ answer: z.literal('log-missing'), from: count }),
  z.object({ answer: z.literal('fenced') }),
  /** Not now (a store that is busy or starting): repeat after a second. */
  z.object({ answer: z.literal('later'), message: z.string() }),
]);
export type FinishedAnswer = z.infer<typeof finishedAnswer>;

/** `POST /enrol` on the machine listener: a one-time token and the public half of a key made where it is used. */
export const enrolRequest = z.object({
  v: version,
  /** A boot ticket (guest) or a join token (host). */
  token: z.string().min(16).max(200),
  /** The NATS user key, `U…`, 56 characters. */
  publicKey: z.string().regex(/^U[A-Z2-7]{55}$/),
});
export type EnrolRequest = z.infer<typeof enrolRequest>;

export const enrolAnswer = z.object({
  id: z.union([machineId, hostId]),
  jwt: z.string(),
  expiresAt: instant,
  natsUrl: z.string(),
  coordinator: coordinatorId,
});
export type EnrolAnswer = z.infer<typeof enrolAnswer>;
