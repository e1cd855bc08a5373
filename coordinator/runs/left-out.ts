/**
 * What a merge waits for is the base's to say. Pure. A commit whose suite file has a required suite no more, under another
 * name, or on fewer images, gets that job as a red one: without it the rest would look like all of it.
 */
import type { Instant } from '#shared/ids.ts';
import { refusedFor } from '#shared/refusals/work.ts';
import type { SuiteFile } from '#shared/suite-file.ts';
import type { PlannedJob } from './planned-job.ts';

const keyOf = ({ suite, image }: PlannedJob): string => `${image} ${suite}`;

/** The required jobs of the base's plan that the head's plan lacks. They cannot run: how is the commit's to say. */
export function leftOutJobs(
  head: readonly PlannedJob[],
  base: { ref: string; jobs: readonly PlannedJob[] },
  file: SuiteFile | null,
  at: Instant,
): PlannedJob[] {
  const there = new Set(head.map(keyOf));
  const behind = Object.keys(file?.suites ?? {});
  return base.jobs
    .filter(job => job.stage === 'suite' && job.definition.gate === 'required' && !there.has(keyOf(job)))
    .map(job => {
      const own = behind.indexOf(job.suite);
      return {
        ...job,
        position: own === -1 ? behind.length + job.position : own,
        state: {
          status: 'settled',
          outcome: 'failed',
          byPlan: 'left-out',
          message: `${job.suite} on ${job.image} is required by ${base.ref} and this commit's .paddock.yml leaves it out; rebase, or put it back`,
          refusal: refusedFor('suite-left-out'),
          settledAt: at,
          attempt: null,
          kind: 'repeatable',
          lastAttempt: 0,
          retries: 0,
        },
      };
    });
}
