/** The one sentence that says how a job stands: status, check, page and terminal share it. Reading only. */
import type { JobId } from '#shared/ids.ts';
import { type StatusFacts, statusDescription, type TestFacts } from '#shared/words.ts';
import { type Attempt, listLastAttempts } from '../store/attempts.ts';
import type { Job } from '../store/jobs.ts';
import type { Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { findTestFacts } from './test-facts.ts';

export type SentencePorts = {
  /** Why a queued job waits, in a sentence, or for which suites a blocked one; null when it is not worth working out. */
  waitReason(tx: Tx, job: Job): Promise<string | null>;
};

/** The facts behind it. */
export async function statusFacts(
  tx: Tx,
  ports: SentencePorts,
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

export type JobFacts = { attempt: Attempt | null; tests: TestFacts | undefined };

/** Of each job of a run: its newest attempt, and what the reports of that say. */
export async function jobFacts(tx: Tx, jobs: readonly Job[]): Promise<(job: Job) => JobFacts> {
  const attempts = await listLastAttempts(
    tx,
    jobs.map(({ id }) => id),
  );
  const tests = await findTestFacts(tx, jobs);
  return ({ id }) => {
    const attempt = attempts.get(id) ?? null;
    return { attempt, tests: attempt ? tests.get(attempt.id) : undefined };
  };
}

/** Of each job of a run. */
export async function jobSentences(
  tx: Tx,
  ports: SentencePorts,
  run: Run,
  jobs: readonly Job[],
): Promise<Map<JobId, string>> {
  const factsOf = await jobFacts(tx, jobs);
  const sentences = new Map<JobId, string>();
  for (const job of jobs) {
    const { attempt, tests } = factsOf(job);
    sentences.set(job.id, statusDescription(await statusFacts(tx, ports, run, job, attempt, tests)));
  }
  return sentences;
}
