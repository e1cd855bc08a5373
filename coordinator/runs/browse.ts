/** Rows → views: what web, CLI and API show. Reading only. */
import type { JobSummary, JobView, RunView, Standing } from '#shared/api.ts';
import type { JobId, RunId } from '#shared/ids.ts';
import type { JobState } from '#shared/job.ts';
import { standingOf } from '#shared/run.ts';
import type { RunLine } from '#shared/run-line.ts';
import { statusDescription } from '#shared/words.ts';
import { listArtifactsOfJobs } from '../store/artifacts.ts';
import { listAttemptsOfJob } from '../store/attempts.ts';
import { findChangeById } from '../store/changes.ts';
import { findJob, type Job, listJobsOfRun } from '../store/jobs.ts';
import { findRepository } from '../store/repositories.ts';
import { findRun, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { type MaySee, viewArtifact, viewAttempt } from './attempt-views.ts';
import { type JobFacts, jobFacts, type SentencePorts, statusFacts } from './job-sentences.ts';
import { createJobJudge, type JudgeJob } from './job-verdicts.ts';
import { findTestFacts } from './test-facts.ts';
import { viewTrust } from './trust-view.ts';

export type BrowsePorts = SentencePorts & {
  /** The people's listener, without a trailing slash. */
  peopleUrl: string;
};

export const jobUrl = (peopleUrl: string, job: JobId): string => `${peopleUrl}/jobs/${job}`;

export async function browseRun(
  tx: Tx,
  ports: BrowsePorts,
  id: RunId,
  maySee: MaySee,
): Promise<RunView | null> {
  const run = await findRun(tx, id);
  const jobs = run && (await listJobsOfRun(tx, id));
  const head = jobs && (await viewFullHead(tx, ports, run, jobs, maySee));
  return head && { ...head, jobs: await summarise(tx, ports, run, jobs) };
}

/** A run without its jobs; null when the reader may not see it. */
async function viewFullHead(
  tx: Tx,
  ports: BrowsePorts,
  run: Run,
  jobs: Job[],
  maySee: MaySee,
): Promise<Omit<RunView, 'jobs'> | null> {
  const standing = standingOf(
    run.state,
    jobs.map(({ state }) => state),
  );
  const head = await viewHead(tx, ports, run, standing, maySee);
  return head && { ...head, warnings: run.warnings, trust: await viewTrust(tx, run) };
}

/** What a list says of a run; null when the reader may not see it. */
export async function viewHead(
  tx: Tx,
  ports: Pick<BrowsePorts, 'peopleUrl'>,
  run: Run,
  standing: Standing,
  maySee: MaySee,
): Promise<Omit<RunLine, 'counts' | 'times' | 'jobs'> | null> {
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
    standing,
    message: 'message' in state ? state.message : null,
    position: state.status === 'refused' ? state.position : null,
    refusal: (state.status === 'refused' && state.refusal) || null,
    createdAt: run.createdAt,
    url: `${ports.peopleUrl}/runs/${run.id}`,
  };
}

export function jobStanding(state: JobState): Standing {
  if (state.status === 'settled') return state.outcome;
  return state.status === 'blocked' || state.status === 'queued' ? state.status : 'running';
}

async function summarise(tx: Tx, ports: BrowsePorts, run: Run, jobs: Job[]): Promise<JobSummary[]> {
  const factsOf = await jobFacts(tx, jobs);
  const judge = createJobJudge(tx, run);
  return Promise.all(jobs.map(job => summariseOne(tx, ports, run, job, { ...factsOf(job), judge })));
}

async function summariseOne(
  tx: Tx,
  ports: BrowsePorts,
  run: Run,
  job: Job,
  { attempt, tests, judge }: JobFacts & { judge: JudgeJob },
): Promise<JobSummary> {
  return {
    id: job.id,
    suite: job.suite,
    image: job.image,
    stage: job.stage,
    standing: jobStanding(job.state),
    blockedOn: job.state.status === 'blocked' ? job.state.on : null,
    text: statusDescription(await statusFacts(tx, ports, run, job, attempt, tests)),
    refusal: (job.state.status === 'settled' && job.state.refusal) || null,
    attempts: job.state.lastAttempt,
    attempt: attempt?.id ?? null,
    startedAt: attempt?.times.leasedAt ?? null,
    endedAt: attempt?.times.endedAt ?? null,
    verdict: await judge(job, tests),
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
  const head = run && (await viewFullHead(tx, ports, run, await listJobsOfRun(tx, run.id), maySee));
  if (!job || !head) return null;
  const attempts = await listAttemptsOfJob(tx, id);
  const attempt = attempts.at(-1) ?? null;
  const tests = attempt ? (await findTestFacts(tx, [job])).get(attempt.id) : undefined;
  return {
    ...(await summariseOne(tx, ports, run, job, { attempt, tests, judge: createJobJudge(tx, run) })),
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
