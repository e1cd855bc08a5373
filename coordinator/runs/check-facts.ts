/** What is known of a run when its check is written. */
import type { AttemptSpan, JobSummary, RunView } from '#shared/api.ts';
import type { JobTests } from '#shared/test-api.ts';
import type { FailureLog } from './failure-logs.ts';

export type CheckFacts = {
  run: RunView;
  /** Of the jobs that have reports. */
  tests: readonly JobTests[];
  /** Oldest first. */
  spans: readonly AttemptSpan[];
  /** Of the jobs whose steps failed. */
  logs: readonly FailureLog[];
  /** Annotations beyond those that are shown. */
  unannotated: number;
  jobUrl(job: JobSummary['id']): string;
};
