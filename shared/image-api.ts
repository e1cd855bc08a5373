/** HTTP schemas of images, for administrators: what `paddock image` sends, reads and prints. */
import * as z from 'zod';
import { eventView } from './api.ts';
import { instant, jobId, machineId, runId } from './ids.ts';
import { resolvedManifest } from './image-manifest.ts';
import { limits } from './limits.ts';

/** What the conformance suite looks at, in the order of a machine's life. */
export const checkName = z.enum([
  'boots',
  'agent',
  'clock',
  'source',
  'live-log',
  'long-log',
  'left-behind',
  'artifact',
  'exit-code',
  'time-limit',
  'goes-away',
]);
export type CheckName = z.infer<typeof checkName>;

export const imageCheck = z.object({
  name: checkName,
  /** `skipped`: what had to come before it did not. */
  result: z.enum(['passed', 'failed', 'skipped']),
  /** What was seen; of a failed one also what to look at. */
  detail: z.string(),
  ms: z.number().nullable(),
});
export type ImageCheck = z.infer<typeof imageCheck>;

/** What a version showed of itself in the conformance suite. */
export const imageReport = z.object({
  at: instant,
  isOk: z.boolean(),
  checks: z.array(imageCheck),
  /** Of the machine that said most about a failure. */
  machine: machineId.nullable(),
  /** The end of what that machine printed, where it never reported in. */
  console: z.string().nullable(),
  /** Jobs of the suite, to read their logs. */
  jobs: z.array(z.object({ id: jobId, suite: z.string() })),
});
export type ImageReport = z.infer<typeof imageReport>;

/** `probation`: the suite runs, and nothing else does on it. `ready`: it passed, then or before. `refused`: it did not. */
export const versionStatus = z.enum(['probation', 'ready', 'refused']);
export type VersionStatus = z.infer<typeof versionStatus>;

export const versionView = z.object({
  number: z.number().int().positive(),
  /** SHA-256 of the manifest, files included by their digests. */
  digest: z.string(),
  status: versionStatus,
  isCurrent: z.boolean(),
  addedAt: instant,
  /** The run of the suite, the last one where there were several. */
  run: runId.nullable(),
  /** Null while it runs. */
  report: imageReport.nullable(),
});
export type VersionView = z.infer<typeof versionView>;

export const imageView = z.object({
  name: z.string(),
  os: z.string(),
  arch: z.string(),
  driver: z.string(),
  eol: z.string().nullable(),
  /** By what else suites may call it: `debian/12`, `debian/latest`. */
  aliases: z.array(z.string()),
  /** Whether it stands in the configuration, which is its only version then, or was registered. */
  origin: z.enum(['configuration', 'registered']),
  serves: z.object({
    repositories: z.array(z.string()),
    suites: z.union([z.literal('all'), z.array(z.string())]),
  }),
  /** The version that machines are made of; null: none has passed yet. Of a configured one always null. */
  current: z.number().int().positive().nullable(),
  isDisabled: z.boolean(),
  /** The version that is being tried. */
  probation: z.number().int().positive().nullable(),
});
export type ImageView = z.infer<typeof imageView>;

const count = z.number().int().nonnegative();

/** Open pull requests and branches that get jobs on a version that has become ready. */
const imageBackfill = z.object({
  isDone: z.boolean(),
  /** Heads that have got jobs, and how many jobs in all. */
  filled: count,
  jobs: count,
  /** Heads that have none to get, or cannot be read. */
  passedOver: count,
  pending: count,
});
export type ImageBackfill = z.infer<typeof imageBackfill>;

export const imageDetail = imageView.extend({
  /** Of the current version; null: nobody was to come to it. */
  backfill: imageBackfill.nullable().default(null),
  /** Newest first. */
  versions: z.array(versionView),
  /** Newest first. */
  decisions: z.array(eventView),
});
export type ImageDetail = z.infer<typeof imageDetail>;

/** `POST /api/v1/images`: its files are there already, under `/api/v1/image-files`. */
export const addImage = z.strictObject({ manifest: resolvedManifest });

/** `isNew` false: that very version is the current one, and nothing has changed. */
export const imageAdded = z.object({
  name: z.string(),
  number: z.number().int().positive(),
  isNew: z.boolean(),
});
export type ImageAdded = z.infer<typeof imageAdded>;

/** `POST /api/v1/images/<name>/test`; without a number the current version, or the newest where none is. */
export const testImage = z.strictObject({ number: z.number().int().positive().optional() });

/** `POST /api/v1/images/<name>/rollback`; without a number the newest ready one before the current. */
export const rollBackImage = z.strictObject({ to: z.number().int().positive().optional() });

/** `GET` and `PUT /api/v1/image-files/<sha256>`: how much of a file has arrived, and whether that is all. */
export const imageFileProgress = z.object({ isHere: z.boolean(), offset: z.number().int().nonnegative() });
export type ImageFileProgress = z.infer<typeof imageFileProgress>;

/** Of a `PUT`: where the part begins, and how large the whole file is; the body is the part. */
export const imageFilePart = z.strictObject({
  offset: z.coerce.number().int().nonnegative(),
  bytes: z.coerce.number().int().positive().max(limits.imageFileBytes),
});
export type ImageFilePart = z.infer<typeof imageFilePart>;
