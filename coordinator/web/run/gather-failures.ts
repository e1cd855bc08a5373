/** What broke in a run, gathered over all systems: a suite that fails alike everywhere is one line. Pure. */
import type { AttemptSpan, JobSummary, Standing } from '#shared/api.ts';

export type Failure = {
  suite: string;
  standing: Extract<Standing, 'failed' | 'timed-out' | 'errored'>;
  /** What the attempts said at their end, or why there was none; empty when they said nothing. */
  message: string;
  jobs: JobSummary[];
  /** Jobs of the suite in all. */
  of: number;
};

/** The author's failures first, those of most systems before others; then what could not be tested. */
export function gatherFailures(jobs: readonly JobSummary[], attempts: readonly AttemptSpan[]): Failure[] {
  const messages = new Map(attempts.map(({ job, end }) => [job, end?.message ?? '']));
  const failures = new Map<string, Failure>();
  for (const job of jobs) {
    const { suite, standing } = job;
    if (!isBroken(standing)) continue;
    const message = messages.get(job.id) ?? withoutAttempt(job);
    const key = [suite, standing, message].join('\n');
    const of = jobs.filter(each => each.suite === suite).length;
    const known = failures.get(key) ?? { suite, standing, message, jobs: [], of };
    known.jobs.push(job);
    failures.set(key, known);
  }
  return [...failures.values()].sort(
    (a, b) => rank[a.standing] - rank[b.standing] || b.jobs.length - a.jobs.length,
  );
}

/** What its plan has settled says why in its own words. */
const withoutAttempt = ({ attempts, text }: JobSummary): string =>
  attempts === 0 ? text.split(': ').slice(1).join(': ') : '';

const rank = { failed: 0, 'timed-out': 1, errored: 2 } as const;

const isBroken = (standing: Standing): standing is Failure['standing'] => standing in rank;
