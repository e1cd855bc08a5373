/** HTTP schemas: what web, CLI and other programs read. `--json` of the CLI prints exactly these. Times are epoch ms. */
import * as z from 'zod';
import { attemptPhase, attemptTimes, logSeal, mark } from './attempt.ts';
import { forgeWriteKind } from './forge-write.ts';
import { artifactId, attemptId, commitSha, hostId, instant, jobId, machineId, runId, sha256 } from './ids.ts';
import { attemptEnd, outcome } from './job.ts';
import { limits } from './limits.ts';
import { guestPlatform } from './messages.ts';
import { readyParts } from './readiness.ts';
import { workRefusal } from './refusals/work.ts';
import { rights } from './roles.ts';
import { filePosition, runPurpose } from './run.ts';
import { verdict } from './test-verdict.ts';
import { trustView } from './trust.ts';

export const standing = z.enum([
  'preparing',
  'blocked',
  'queued',
  'running',
  'refused',
  'empty',
  ...outcome.options,
]);
export type Standing = z.infer<typeof standing>;

export const jobSummary = z.object({
  id: jobId,
  suite: z.string(),
  image: z.string(),
  stage: z.enum(['suite', 'on-merge']),
  standing,
  /** What a blocked job waits for: suites before it, or a maintainer. */
  blockedOn: z.enum(['needs', 'approval', 'plan']).nullable(),
  /** The sentence that the commit status shows too. */
  text: z.string(),
  /** Why Paddock did not run it, as a stable code; null: it was not refused. */
  refusal: workRefusal.nullable(),
  /** Number of the newest attempt, 0 before the first. */
  attempts: z.number().int(),
  attempt: attemptId.nullable(),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  /** Whose fault it is that it did not pass, where that can be told and no report of it names a failing test. */
  verdict: verdict.nullable(),
});
export type JobSummary = z.infer<typeof jobSummary>;

export const runView = z.object({
  id: runId,
  number: z.number().int(),
  repository: z.string(),
  commit: z.string(),
  ref: z.string(),
  purpose: runPurpose,
  /** The pull request's number. */
  change: z.number().int().nullable(),
  changeTitle: z.string().nullable(),
  /** The first line of the commit's message; of the pull request's title until the commit is here. */
  title: z.string(),
  author: z.string(),
  standing,
  /** Why there are no jobs, when there are none. */
  message: z.string().nullable(),
  position: filePosition.nullable(),
  /** The same as a stable code; null: it is not refused, or was before there were codes. */
  refusal: workRefusal.nullable(),
  warnings: z.array(z.string()),
  /** Whether its commit was pushed by somebody with write access, else whether it runs at once; and who approved it. */
  trust: trustView,
  createdAt: instant,
  jobs: z.array(jobSummary),
  url: z.string(),
});
export type RunView = z.infer<typeof runView>;

export const attemptView = z.object({
  id: attemptId,
  job: jobId,
  number: z.number().int(),
  machine: machineId,
  host: hostId,
  platform: guestPlatform.nullable(),
  phase: attemptPhase.nullable(),
  step: z.number().int().nullable(),
  times: attemptTimes,
  end: attemptEnd.nullable(),
  /** Null while the attempt runs. */
  log: logSeal.nullable(),
  /** In the views of a job: those of attempts that have ended; asked for by itself, an attempt has all so far. */
  marks: z.array(mark),
  /** When the log went, as logs are kept for so long; null: it is there. */
  logRemovedAt: instant.nullable(),
  logUrl: z.string(),
});
export type AttemptView = z.infer<typeof attemptView>;

export const artifactView = z.object({
  id: artifactId,
  job: jobId,
  path: z.string(),
  bytes: z.number().int(),
  sha256,
  url: z.string(),
  /** When its bytes went, as artifacts are kept for so long; null: they are there. */
  removedAt: instant.nullable(),
});
export type ArtifactView = z.infer<typeof artifactView>;

export const jobView = jobSummary.extend({
  run: runView.omit({ jobs: true }),
  steps: z.array(
    z.object({ name: z.string(), run: z.string(), timeoutMs: z.number(), idleTimeoutMs: z.number() }),
  ),
  history: z.array(attemptView),
  artifacts: z.array(artifactView),
  /** The same thing on the reader's own computer. */
  runLocally: z.string(),
  url: z.string(),
});
export type JobView = z.infer<typeof jobView>;

/** A run with all there is to know of its jobs: `paddock run --json` and `paddock show --json`. */
export const runDetail = runView.extend({ jobs: z.array(jobView.omit({ run: true })) });
export type RunDetail = z.infer<typeof runDetail>;

/** When an attempt did what, and how it ended. */
export const attemptSpan = attemptView.pick({
  id: true,
  job: true,
  number: true,
  times: true,
  step: true,
  end: true,
});
export type AttemptSpan = z.infer<typeof attemptSpan>;

export const eventView = z.object({
  at: instant,
  type: z.string(),
  run: runId.optional(),
  job: jobId.optional(),
  attempt: attemptId.optional(),
  machine: machineId.optional(),
  host: hostId.optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});
export type EventView = z.infer<typeof eventView>;

export const deliveryView = z.object({
  id: z.string(),
  event: z.string(),
  repository: z.string().nullable(),
  receivedAt: instant,
  receipts: z.number().int(),
  verdict: z.enum(['acted-on', 'not-acted-on', 'unknown-repository', 'malformed', 'failed']).nullable(),
  note: z.string().nullable(),
  tries: z.number().int(),
});
export type DeliveryView = z.infer<typeof deliveryView>;

/** What GitHub has not got yet, or will never take. */
export const unsentWriteView = z.object({
  kind: forgeWriteKind,
  repository: z.string(),
  /** The commit of a status or check, the number of a comment's pull request, the id of a reaction's comment. */
  subject: z.string(),
  context: z.string(),
  /** What it says, in one line. */
  summary: z.string(),
  status: z.enum(['pending', 'dead']),
  tries: z.number().int(),
  createdAt: instant,
  nextAt: instant,
  message: z.string().nullable(),
});

/** How far the coordinator and GitHub are from each other. */
export const githubStanding = z.object({
  hears: z.enum(['webhooks', 'polling']),
  /** The last time that everything was compared. */
  lastPass: z.object({ endedAt: instant, tookMs: z.number().int(), repairs: z.number().int() }).nullable(),
  /** Put right since the start. */
  repairs: z.number().int(),
  /** Repositories and heads that are still to be compared; null: no comparison is under way. */
  left: z.number().int().nullable(),
  failure: z.string().nullable(),
  /** The last webhook, when it was refused: since the start, and while none was taken after it. */
  refused: z.object({ at: instant, message: z.string() }).nullable(),
  /** Why repositories that only a pattern covers are not found, a sentence each. */
  unlisted: z.array(z.string()),
  /** Statuses that wait to be sent, and since when the first of them. */
  outbox: z.object({ count: z.number().int(), since: instant }).nullable(),
});
export type GithubStanding = z.infer<typeof githubStanding>;

/** How the coordinator stands: what an admin looks at first. */
export const systemView = z.object({
  version: z.string(),
  coordinator: z.string(),
  startedAt: instant,
  bus: z.enum(['connected', 'disconnected']),
  /** How each part of it stands, as `/readyz` has it. */
  parts: readyParts,
  hosts: z.array(
    z.object({
      id: hostId,
      name: z.string(),
      isConnected: z.boolean(),
      isDraining: z.boolean(),
      drivers: z.array(z.object({ name: z.string(), isolation: z.string() })),
      lastSeenAt: instant,
    }),
  ),
  machines: z.array(
    z.object({
      id: machineId,
      image: z.string(),
      host: hostId,
      status: z.string(),
      since: instant,
      attempt: attemptId.nullable(),
    }),
  ),
  images: z.array(
    z.object({
      name: z.string(),
      os: z.string(),
      arch: z.string(),
      driver: z.string(),
      queued: z.number().int(),
      max: z.number().int(),
    }),
  ),
  unsentWrites: z.array(unsentWriteView),
  /** Null: GitHub is not configured. */
  github: githubStanding.nullable(),
});
export type SystemView = z.infer<typeof systemView>;

/** `POST /api/v1/runs`: test a commit by hand. */
export const startRun = z.strictObject({
  /** What git can clone: an https or ssh address, or a path on the coordinator's own computer. */
  repository: z.string().min(1).max(2_048),
  /** Its name in lists; default: taken from the address. */
  name: z.string().min(1).max(200).optional(),
  commit: z.string().regex(/^[0-9a-f]{40,64}$/, 'expected a full commit SHA'),
  ref: z.string().min(1).max(255).default('HEAD'),
  title: z.string().max(limits.titleChars).default(''),
  author: z.string().max(200).default(''),
  command: z.string().min(1).max(65_536).nullable().default(null),
  images: z.array(z.string()).min(1).nullable().default(null),
});
export type StartRun = z.input<typeof startRun>;

/** `POST /api/v1/runs/<id>/approve`: the commit of a fork's pull request that an administrator has looked at may run. */
export const approveRun = z.strictObject({ commit: commitSha });

/** What a verb answers that changed something and has nothing else to show. */
export const done = z.object({ message: z.string() });

/** `GET /api/v1/session`: who asks, and whom; open to everybody. */
export const sessionView = z.object({
  /** Of the coordinator: whoever has the role `admin` for everything. */
  isAdmin: z.boolean(),
  who: z.object({
    kind: z.enum(['stranger', 'root', 'person', 'token']),
    /** Null: a stranger. */
    name: z.string().nullable(),
  }),
  /** What they may, for whoever shows buttons; the coordinator asks itself. */
  rights,
  /** Where a browser begins to sign in with GitHub; null: it is not set up. */
  signInUrl: z.url().nullable(),
  version: z.string(),
  /** Digest of the web app that is served now: a tab that has another one is from before an update. */
  web: z.string(),
  /** The coordinator's clock. */
  now: instant,
});

/** `POST /api/v1/links`: signs one browser in, once. */
export const signInLink = z.object({ url: z.url(), expiresAt: instant });

/** RFC 9457. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** For programs; never another one for the same failure. */
  code: z.string().optional(),
  detail: z.string(),
  /** The next thing to try, when there is one. */
  hint: z.string().optional(),
  /** What is wrong with which field of the request, where the request does not fit its schema. */
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  /** The id of the request, as its answer has it in `x-request-id` and the log of the coordinator in `request`. */
  request: z.string().optional(),
  /** Of a coordinator that is not ready: how each of its parts stands. */
  parts: readyParts.optional(),
});
export type Problem = z.infer<typeof problem>;

export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable() });

/** `GET /api/v1/deliveries` */
export const deliveryPage = page(deliveryView);

/**
 * Frames of the WebSocket `/api/v1/attempts/<id>/log?from=<offset>&mode=<skip|every-byte>`; `bytes` is base64. `skip` (the
 * default) goes on near the end when the reader is too slow; `every-byte` waits for it. `last=<lines>` in place of `from`
 * begins with a `skipped` that leads to the last lines. A lower `offset` than expected: the log begins anew from there.
 */
export const logSocketFrame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('bytes'),
    offset: z.number().int(),
    bytes: z.string(),
    /** When they arrived at the coordinator; without it they are history (`logView.moments`). */
    at: instant.optional(),
  }),
  z.object({
    type: z.literal('skipped'),
    from: z.number().int(),
    to: z.number().int(),
    /** Lines that end within the skipped bytes. */
    lines: z.number().int(),
  }),
  z.object({ type: z.literal('marks'), marks: z.array(mark) }),
  z.object({ type: z.literal('end'), seal: logSeal }),
]);
export type LogSocketFrame = z.infer<typeof logSocketFrame>;

/** Frames of the WebSocket `/api/v1/live`: something a page may show has changed; it asks for it again. */
export const liveFrame = z.object({ type: z.literal('changed'), run: runId, job: jobId.optional() });
export type LiveFrame = z.infer<typeof liveFrame>;
