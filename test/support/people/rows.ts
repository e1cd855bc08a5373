/** Rows as deliveries and the planner make them: repositories, runs and their jobs. */
import { saveChange } from '#coordinator/store/changes.ts';
import { insertJob, type Job, type NewJob } from '#coordinator/store/jobs.ts';
import { type Repository, upsertRepository } from '#coordinator/store/repositories.ts';
import { ensureRun, type NewRun, type Run } from '#coordinator/store/runs.ts';
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { People } from './with-people.ts';

export const commitOf = (n: number): CommitSha => n.toString(16).padStart(40, '0') as CommitSha;

export const addRepository = (
  { store, clock }: People,
  facts: Partial<Repository> = {},
): Promise<Repository> => {
  const { fullName = 'acme/rocket', isPrivate = false } = facts;
  const cloneUrl = `https://example.org/${fullName}.git`;
  return store.write(tx =>
    upsertRepository(
      tx,
      { fullName, cloneUrl, defaultBranch: 'main', isPrivate, forge: 'github', ...facts },
      clock.now,
    ),
  );
};

let commits = 0;

/** A run that is planned; its jobs are added with `addJob`. */
export async function addRun(
  people: People,
  facts: Partial<NewRun> = {},
  repository?: Repository,
): Promise<Run> {
  const { id } = repository ?? (await addRepository(people));
  const at = people.clock.now;
  const run: NewRun = {
    repositoryId: id,
    commit: commitOf(++commits),
    ref: 'main',
    purpose: 'landed',
    changeId: null,
    isTrusted: true,
    title: 'Read the size as 64 bits before adding',
    author: 'octocat',
    request: { command: null, images: null, landed: false },
    state: { status: 'planned', at },
    ...facts,
  };
  const made = await people.store.write(tx => ensureRun(tx, run, at));
  await people.wakeUp([{ type: 'changed', run: made.run.id }]);
  return made.run;
}

export const stepOf = (name: string) => ({
  name,
  run: name,
  env: {},
  directory: '.',
  timeoutMs: limits.stepTimeoutMs,
  idleTimeoutMs: limits.stepIdleTimeoutMs,
});

/** A queued job of two steps. */
export async function addJob(people: People, run: Run, facts: Partial<NewJob> = {}): Promise<Job> {
  const at = people.clock.now;
  const job: NewJob = {
    runId: run.id,
    repositoryId: run.repositoryId,
    suite: 'unit',
    image: 'debian-12',
    stage: 'suite',
    position: 0,
    definition: {
      steps: [stepOf('./configure'), stepOf('make check')],
      source: 'commit' as const,
      env: {},
      deadlineMs: limits.jobDeadlineMs,
      artifacts: [],
      needs: [],
      gate: 'advisory',
      reports: { junit: ['reports/*.xml'], tap: [] },
    },
    class: 1,
    isTrusted: true,
    state: { status: 'queued', queuedAt: at, avoid: null, kind: 'repeatable', lastAttempt: 0, retries: 0 },
    ...facts,
  };
  const made = await people.store.write(tx => insertJob(tx, job, at));
  await people.wakeUp([{ type: 'changed', run: run.id, job: made.id }]);
  return made;
}

/** The run of a fork's pull request, with a job that waits for a maintainer. */
export async function addForked(people: People, headSha: CommitSha = commitOf(0xabc)) {
  const { id: repositoryId } = await addRepository(people);
  const change = {
    ...{ repositoryId, number: 7, title: 'Mine some coins', author: 'kim', authorId: 583_231 },
    ...{ headRef: 'fix', baseRef: 'main' },
    ...{ headSha, baseSha: commitOf(1), isFork: true, updatedAt: 1 },
    state: 'open' as const,
  };
  const { id: changeId } = await people.store.write(tx => saveChange(tx, change));
  const facts = { commit: change.headSha, purpose: 'change', changeId, isTrusted: false } as const;
  const run = await addRun(people, facts);
  const waits = { kind: 'repeatable', lastAttempt: 0, retries: 0 } as const;
  const state = { status: 'blocked', on: 'approval', ...waits } as const;
  return { run, change, job: await addJob(people, run, { state, isTrusted: false }) };
}
