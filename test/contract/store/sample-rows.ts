/** Rows to start from: each needs the ones above it. */
import type { NewAttempt } from '#coordinator/store/attempts.ts';
import { insertAttempt, newAttemptId } from '#coordinator/store/attempts.ts';
import type { Change } from '#coordinator/store/changes.ts';
import { insertJob, type Job, type JobDefinition, type NewJob } from '#coordinator/store/jobs.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { type Repository, upsertRepository } from '#coordinator/store/repositories.ts';
import { ensureRun, type NewRun, type Run } from '#coordinator/store/runs.ts';
import type { Tx } from '#coordinator/store/store.ts';
import { type AttemptId, type CommitSha, commitSha } from '#shared/ids.ts';
import { imageManifest } from '#shared/image-manifest.ts';
import { jobs } from '../job-samples.ts';

export const at = 1_700_000_000_000;

export const commit = (n: number): CommitSha => commitSha.parse(n.toString(16).padStart(40, '0'));

export const digest = (n: number): string => n.toString(16).padStart(64, '0');

export const repositoryFacts: Omit<Repository, 'id'> = {
  fullName: 'acme/rocket',
  cloneUrl: 'https://forge.example/acme/rocket.git',
  defaultBranch: 'main',
  isPrivate: true,
  forge: 'github',
};

export const addRepository = (tx: Tx, facts: Partial<Repository> = {}): Promise<Repository> =>
  upsertRepository(tx, { ...repositoryFacts, ...facts }, at);

export const changeFacts = (repository: Repository): Omit<Change, 'id'> => ({
  repositoryId: repository.id,
  number: 7,
  title: 'Fly higher – ✈',
  author: 'kim',
  authorId: 583_231,
  headRef: 'higher',
  headSha: commit(1),
  baseRef: 'main',
  baseSha: commit(0),
  isFork: false,
  state: 'open',
  updatedAt: at,
});

export async function addRun(tx: Tx, facts: Partial<NewRun> = {}, createdAt = at): Promise<Run> {
  const repositoryId = facts.repositoryId ?? (await addRepository(tx)).id;
  const run: NewRun = {
    repositoryId,
    commit: commit(1),
    ref: 'higher',
    purpose: 'manual',
    changeId: null,
    isTrusted: true,
    title: 'Fly higher',
    author: 'kim',
    request: { command: 'make check', images: ['debian-12'], landed: false },
    state: { status: 'planned', at },
    ...facts,
  };
  return (await ensureRun(tx, run, createdAt)).run;
}

export const definition: JobDefinition = {
  steps: [
    {
      name: 'test',
      run: 'npm test',
      timeoutMs: 60_000,
      idleTimeoutMs: 6_000,
      env: { CI: '1' },
      directory: '.',
    },
  ],
  env: { LANG: 'C' },
  source: 'commit',
  deadlineMs: 3_600_000,
  artifacts: ['dist/*'],
  needs: ['unit'],
  gate: 'required',
};

export async function addJob(tx: Tx, facts: Partial<NewJob> & { run?: Run } = {}): Promise<Job> {
  const { run = await addRun(tx), ...rest } = facts;
  const job: NewJob = {
    runId: run.id,
    repositoryId: run.repositoryId,
    suite: 'unit',
    image: 'debian-12',
    stage: 'suite',
    position: 0,
    definition,
    class: 2,
    isTrusted: true,
    state: jobs.queued,
    ...rest,
  };
  return insertJob(tx, job, at);
}

export async function addAttempt(
  tx: Tx,
  facts: Partial<NewAttempt> & { job?: Job; leasedAt?: number } = {},
): Promise<AttemptId> {
  const { job = await addJob(tx), leasedAt = at, ...rest } = facts;
  const id = newAttemptId();
  const attempt: NewAttempt = {
    jobId: job.id,
    runId: job.runId,
    repositoryId: job.repositoryId,
    number: 1,
    machineId: newId.machine(),
    hostId: newId.host(),
    image: job.image,
    logOwner: newId.coordinator(),
    queuedAt: at - 5_000,
    ...rest,
  };
  await insertAttempt(tx, id, attempt, leasedAt);
  return id;
}

export const manifest = imageManifest.parse({
  name: 'debian-12',
  os: 'linux',
  arch: 'x86_64',
  machine: { driver: 'process', reuse: 'static' },
});
