/** Rows → views: what web, CLI and API show. Reading only. */
import type { JobSummary, JobView, RunView, Standing } from '#shared/api.ts';
import type { JobId, RunId } from '#shared/ids.ts';
import type { JobState } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import { standingOf } from '#shared/run.ts';
import { isShown, type RunFilter } from '#shared/run-filter.ts';
import { type StatusFacts, statusDescription, type TestFacts } from '#shared/words.ts';
import { listArtifactsOfJobs } from '../store/artifacts.ts';
import { type Attempt, listAttemptsOfJob, listLastAttempts } from '../store/attempts.ts';
import { findChangeById } from '../store/changes.ts';
import { findJob, type Job, listJobsOfRun, listJobsOfRuns } from '../store/jobs.ts';
import { findRepository } from '../store/repositories.ts';
import { findRun, listRuns, type Run, type RunQuery } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { type MaySee, viewArtifact, viewAttempt } from './attempt-views.ts';
import { findTestFacts } from './test-facts.ts';
import { viewTrust } from './trust-view.ts';

export type BrowsePorts = {
  /** The people's listener, without a trailing slash. */
  peopleUrl: string;
  /** Why a queued job waits, in a sentence, or for which suites a blocked one; null when it is not worth working out. */
  waitReason(tx: Tx, job: Job): Promise<string | null>;
};

export const jobUrl = (peopleUrl: string, job: JobId): string => `${peopleUrl}/jobs/${job}`;

/** A list of runs as it is asked for. */
export type RunList = RunQuery & { filter: RunFilter };

/**
 * Newest first. Why queued jobs wait is not worked out for a whole list of runs; a run by itself has it. Looks through so
 * many runs at most: where few fit the filter a page is short, and goes on at `next`.
 */
export async function browseRuns(
  tx: Tx,
  ports: BrowsePorts,
  { filter, ...query }: RunList,
): Promise<{ items: RunView[]; next: RunId | null }> {
  const items: RunView[] = [];
  let before = query.before;
  for (let examined = 0; examined < limits.runsExamined; examined += query.max) {
    const runs = await listRuns(tx, { ...query, before });
    for (const run of await viewRuns(tx, ports, runs, query.isPublicOnly))
      if (isShown(filter, run)) {
        items.push(run);
        if (items.length === query.max) return { items, next: run.id };
      }
    before = runs.at(-1)?.id ?? before;
    if (runs.length < query.max) return { items, next: null };
  }
  return { items, next: before };
}

async function viewRuns(
  tx: Tx,
  ports: BrowsePorts,
  runs: readonly Run[],
  isPublicOnly: boolean,
): Promise<RunView[]> {
  const jobs = await listJobsOfRuns(
    tx,
    runs.map(({ id }) => id),
  );
  const brief = { ...ports, waitReason: async () => null };
  const views: RunView[] = [];
  for (const run of runs) {
    const own = jobs.filter(({ runId }) => runId === run.id);
    const head = await viewHead(tx, ports, run, own, ({ isPrivate }) => !(isPrivate && isPublicOnly));
    if (head) views.push({ ...head, jobs: await summarise(tx, brief, run, own) });
  }
  return views;
}

export async function browseRun(
  tx: Tx,
  ports: BrowsePorts,
  id: RunId,
  maySee: MaySee,
): Promise<RunView | null> {
  const run = await findRun(tx, id);
  const jobs = run && (await listJobsOfRun(tx, id));
  const head = jobs && (await viewHead(tx, ports, run, jobs, maySee));
  return head && { ...head, jobs: await summarise(tx, ports, run, jobs) };
}

/** A run without its jobs; null when the reader may not see it. */
async function viewHead(
  tx: Tx,
  ports: BrowsePorts,
  run: Run,
  jobs: Job[],
  maySee: MaySee,
): Promise<Omit<RunView, 'jobs'> | null> {
  const repository = await findRepository(tx, run.repositoryId);
  if (!repository || !maySee(repository)) return null;
  const change = run.changeId ? await findChangeById(tx, run.changeId) : null;
  const { state } = run;
  return {
    id: run.id,
    number: run.number,
    repository: repository.fullName,
    commit: run.commit,
    ref: run.ref,
    purpose: run.purpose,
    change: change?.number ?? null,
    changeTitle: change?.title ?? null,
    title: run.title,
    author: run.author,
    standing: standingOf(
      state,
      jobs.map(job => job.state),
    ),
    message: 'message' in state ? state.message : null,
    position: state.status === 'refused' ? state.position : null,
    warnings: run.warnings,
    trust: await viewTrust(tx, run),
    createdAt: run.createdAt,
    url: `${ports.peopleUrl}/runs/${run.id}`,
  };
}

/** The facts behind the one sentence that status, page and terminal share. */
export async function statusFacts(
  tx: Tx,
  ports: BrowsePorts,
  run: Pick<Run, 'commit'>,
  job: Job,
  attempt: Attempt | null,
  tests?: TestFacts,
): Promise<StatusFacts> {
  const { state } = job;
  const isWaiting =
    (state.status === 'queued' && state.retries === 0) ||
    (state.status === 'blocked' && state.on === 'needs');
  const step = attempt?.state.status === 'running' && attempt.step !== null ? attempt.step : null;
  const name = step === null ? undefined : job.definition.steps[step]?.name;
  // A job that was cancelled in the queue after an attempt was lost did not take that attempt's time.
  const decided = job.state.status === 'settled' && job.state.attempt === attempt?.id ? attempt : null;
  return {
    job: job.state,
    image: job.image,
    commit: run.commit,
    step: step === null || name === undefined ? null : { index: step, of: job.definition.steps.length, name },
    wait: isWaiting ? await ports.waitReason(tx, job) : null,
    durationMs: decided?.times.endedAt ? decided.times.endedAt - decided.times.leasedAt : null,
    tests: (decided && (tests ?? (await findTestFacts(tx, [job])).get(decided.id))) ?? null,
  };
}

export function jobStanding(state: JobState): Standing {
  if (state.status === 'settled') return state.outcome;
  return state.status === 'blocked' || state.status === 'queued' ? state.status : 'running';
}

async function summarise(tx: Tx, ports: BrowsePorts, run: Run, jobs: Job[]): Promise<JobSummary[]> {
  const attempts = await listLastAttempts(
    tx,
    jobs.map(({ id }) => id),
  );
  const tests = await findTestFacts(tx, jobs);
  return Promise.all(
    jobs.map(job => {
      const attempt = attempts.get(job.id) ?? null;
      return summariseOne(tx, ports, run, job, attempt, attempt ? tests.get(attempt.id) : undefined);
    }),
  );
}

async function summariseOne(
  tx: Tx,
  ports: BrowsePorts,
  run: Run,
  job: Job,
  attempt: Attempt | null,
  tests?: TestFacts,
): Promise<JobSummary> {
  return {
    id: job.id,
    suite: job.suite,
    image: job.image,
    stage: job.stage,
    standing: jobStanding(job.state),
    blockedOn: job.state.status === 'blocked' ? job.state.on : null,
    text: statusDescription(await statusFacts(tx, ports, run, job, attempt, tests)),
    attempts: job.state.lastAttempt,
    attempt: attempt?.id ?? null,
    startedAt: attempt?.times.leasedAt ?? null,
    endedAt: attempt?.times.endedAt ?? null,
  };
}

export async function browseJob(
  tx: Tx,
  ports: BrowsePorts,
  id: JobId,
  maySee: MaySee,
): Promise<JobView | null> {
  const job = await findJob(tx, id);
  const run = job && (await findRun(tx, job.runId));
  const head = run && (await viewHead(tx, ports, run, await listJobsOfRun(tx, run.id), maySee));
  if (!job || !head) return null;
  const attempts = await listAttemptsOfJob(tx, id);
  return {
    ...(await summariseOne(tx, ports, run, job, attempts.at(-1) ?? null)),
    run: head,
    steps: job.definition.steps.map(({ name, run: command, timeoutMs, idleTimeoutMs }) => ({
      name,
      run: command,
      timeoutMs,
      idleTimeoutMs,
    })),
    history: attempts.map(attempt => viewAttempt(ports.peopleUrl, attempt)),
    artifacts: (await listArtifactsOfJobs(tx, [id])).map(artifact => viewArtifact(ports.peopleUrl, artifact)),
    runLocally: `paddock run . --commit ${head.commit.slice(0, 12)} --command ${quote(job.definition.steps.map(step => step.run).join(' && '))}`,
    url: jobUrl(ports.peopleUrl, id),
  };
}

const quote = (command: string): string => `'${command.replaceAll("'", `'\\''`)}'`;
