/**
 * Whose fault is a job that did not pass, where no report names tests? From what the same job did on the very same commit,
 * and on the branch that its change is made for: rows → `shared/test-verdict.ts`.
 */
import type { JobState } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import { countDisagreements, judgeFailure, type Verdict } from '#shared/test-verdict.ts';
import type { TestFacts } from '#shared/words.ts';
import { listJobResults } from '../store/job-results.ts';
import type { Job } from '../store/jobs.ts';
import { listLandedRuns } from '../store/landed-runs.ts';
import { listRunsOfCommit, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { baseOf } from './base-of.ts';

/** Null where there is nothing to judge or to compare with, where tests are judged one by one, and beyond the first jobs of a run. */
export type JudgeJob = (job: Job, tests: TestFacts | undefined) => Promise<Verdict | null>;

/** Of one run; what its jobs are compared with is looked up once, and only when one of them did not pass. */
export function createJobJudge(tx: Tx, run: Run): JudgeJob {
  let grounds: Promise<Grounds> | null = null;
  let judged = 0;
  return async (job, tests) => {
    const isFailure = needsVerdict(job.state) && (tests?.failing ?? 0) === 0;
    if (!isFailure || judged >= limits.jobsJudged) return null;
    judged++;
    grounds ??= groundsOf(tx, run);
    const verdict = await judge(tx, job, await grounds);
    return verdict.kind === 'unclear' ? null : verdict;
  };
}

/** What a plan has settled says for itself why. */
const needsVerdict = (state: JobState): boolean =>
  state.status === 'settled' &&
  state.byPlan === undefined &&
  (state.outcome === 'failed' || state.outcome === 'timed-out' || state.outcome === 'errored');

type Grounds = { same: Run[]; base: Run[]; baseName: string };

async function groundsOf(tx: Tx, run: Run): Promise<Grounds> {
  const { ref, name } = await baseOf(tx, run);
  const { repositoryId, id: before } = run;
  const landed = await listLandedRuns(tx, { repositoryId, ref, before, max: limits.baseRuns });
  return {
    same: await listRunsOfCommit(tx, repositoryId, run.commit),
    base: landed.filter(({ commit }) => commit !== run.commit),
    baseName: name,
  };
}

async function judge(tx: Tx, job: Job, { same, base, baseName }: Grounds): Promise<Verdict> {
  const { suite, image, state } = job;
  const resultsIn = (runs: readonly Run[]) =>
    listJobResults(tx, { runs: runs.map(({ id }) => id), suite, image });
  const commits = new Map(base.map(({ id, commit }) => [id, commit]));
  const elsewhere = (await resultsIn(base)).slice(0, limits.baseResults);
  return judgeFailure({
    image,
    isInfrastructure: state.status === 'settled' && state.outcome === 'errored',
    isReportedFlaky: false,
    sameCommit: (await resultsIn(same)).map(({ result }) => result),
    base: { name: baseName, results: elsewhere.map(({ result }) => result) },
    disagreements: countDisagreements(
      elsewhere.map(({ runId, result }) => ({ commit: commits.get(runId) ?? runId, result })),
    ),
  });
}
