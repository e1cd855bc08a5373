/**
 * Every id of the system is a TypeID: a prefix that names the noun, and a UUIDv7 in base32, so ids sort by age.
 * Specification: https://github.com/jetify-com/typeid/tree/main/spec
 * Ids are made where a row is made (`coordinator/store/new-id.ts`); here they are only recognised.
 */
import * as z from 'zod';

const typeId = <Prefix extends string>(prefix: Prefix) =>
  z
    .string()
    .regex(
      new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`),
      `expected an id that starts with ${prefix}_`,
    )
    .brand<Prefix>();

export const repositoryId = typeId('repo');
export const changeId = typeId('change');
export const runId = typeId('run');
export const jobId = typeId('job');
export const attemptId = typeId('attempt');
export const machineId = typeId('machine');
export const hostId = typeId('host');
export const artifactId = typeId('artifact');
export const mergeEntryId = typeId('merge');
export const mergeBatchId = typeId('batch');
export const coordinatorId = typeId('coordinator');
export const personId = typeId('prs');
export const sessionId = typeId('ses');
export const tokenId = typeId('tok');

export type RepositoryId = z.infer<typeof repositoryId>;
export type ChangeId = z.infer<typeof changeId>;
export type RunId = z.infer<typeof runId>;
export type JobId = z.infer<typeof jobId>;
export type AttemptId = z.infer<typeof attemptId>;
export type MachineId = z.infer<typeof machineId>;
export type HostId = z.infer<typeof hostId>;
export type ArtifactId = z.infer<typeof artifactId>;
export type MergeEntryId = z.infer<typeof mergeEntryId>;
export type MergeBatchId = z.infer<typeof mergeBatchId>;
export type CoordinatorId = z.infer<typeof coordinatorId>;
export type PersonId = z.infer<typeof personId>;
export type SessionId = z.infer<typeof sessionId>;
export type TokenId = z.infer<typeof tokenId>;

/** A full git object name: 40 hexadecimal digits (SHA-1) or 64 (SHA-256). */
export const commitSha = z
  .string()
  .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'expected a full commit SHA (40 or 64 hexadecimal digits)')
  .brand<'commit'>();
export type CommitSha = z.infer<typeof commitSha>;

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 digest (64 hexadecimal digits)');

/** Milliseconds since the Unix epoch, UTC. */
export const instant = z.number().int().nonnegative();
export type Instant = z.infer<typeof instant>;

/** Names that people choose: suites, images, hosts, steps of an on-merge job. They become status contexts and URLs. */
export const slug = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/,
    'expected lower-case letters, digits, ".", "_" or "-" (at most 64)',
  )
  .meta({ title: 'name' });

/** How a suite calls an image: by its name, or by an alias such as `debian/12` or `debian/latest`. */
export const imageReference = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?(?:\/[a-z0-9][a-z0-9._-]{0,62})?$/,
    'expected the name of an image, or an alias such as debian/latest',
  )
  .meta({ title: 'name' });

/** What jobs and machines are of: an image, or one version of it that is on probation, `debian-12@3`. */
export const imageName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?(?:@[1-9]\d{0,5})?$/, 'expected the name of an image');
