/** Ids, digests, times, and words of a few. */
import type * as z from 'zod';
import { standing } from '#shared/api.ts';
import * as ids from '#shared/ids.ts';
import { outcome } from '#shared/job.ts';
import { login } from '#shared/people-api.ts';
import { grantedRole, repositoryPattern, role } from '#shared/roles.ts';
import { runPurpose } from '#shared/run.ts';
import { testKey } from '#shared/test-api.ts';
import { type Components, named } from '../component.ts';

const idOf = (schema: z.ZodType, noun: string) =>
  named(schema, `The id of ${noun}: a prefix and a UUIDv7 in base32. It never changes, and sorts by age.`);

export const valuesComponents: Components = {
  RunId: idOf(ids.runId, 'a run'),
  JobId: idOf(ids.jobId, 'a job'),
  AttemptId: idOf(ids.attemptId, 'an attempt'),
  MachineId: idOf(ids.machineId, 'a machine'),
  HostId: idOf(ids.hostId, 'a host'),
  ArtifactId: idOf(ids.artifactId, 'an artifact'),
  MergeEntryId: idOf(ids.mergeEntryId, 'a pull request that is to be merged'),
  MergeBatchId: idOf(ids.mergeBatchId, 'pull requests that are tested together'),
  PersonId: idOf(ids.personId, 'a person'),
  SessionId: idOf(ids.sessionId, 'a session of a browser'),
  TokenId: idOf(ids.tokenId, 'a token'),
  CommitSha: named(ids.commitSha, 'A full commit SHA.'),
  Sha256: named(ids.sha256, 'A SHA-256 digest.'),
  Instant: named(ids.instant, 'Milliseconds since 1970-01-01T00:00:00Z.'),
  Name: named(ids.slug, 'A name that people chose.'),
  ImageName: named(ids.imageName, 'The name of an image, or one version of it that is on probation.'),
  TestKey: named(testKey, 'Names a test; the same on every image and commit.'),
  Login: named(login, 'The name of an account of the forge, in capitals or not.'),
  Role: named(role, 'Each may what the ones before it may.'),
  GrantedRole: named(grantedRole, 'A role that is given; `none` takes away what the forge would give.'),
  RepositoryPattern: named(repositoryPattern, 'Everything, all repositories of an owner, or one.'),
  Standing: named(standing, 'How a run or a job stands.'),
  Outcome: named(outcome, 'How a job ended.'),
  RunPurpose: named(runPurpose, 'Why a commit is tested.'),
};
