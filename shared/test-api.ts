/** What web, CLI and other programs read of tests. */
import * as z from 'zod';
import { attemptId, commitSha, instant, jobId, runId } from './ids.ts';
import { testCounts, testOutcome } from './test-report.ts';
import { verdict } from './test-verdict.ts';

/** Names a test in addresses: it is the same on every image and commit. */
export const testKey = z.string().regex(/^[0-9a-f]{32}$/, 'expected the key of a test');

export const failingTest = z.object({
  test: testKey,
  /** Its class, or the suites around it in the report; may be empty. */
  group: z.string(),
  name: z.string(),
  outcome: testOutcome,
  file: z.string().nullable(),
  line: z.number().int().nullable(),
  ms: z.number().int().nullable(),
  message: z.string().nullable(),
  /** The failure, and the end of what the test printed; null in the view of a whole run. */
  output: z.string().nullable(),
  /** Whose fault it is; null beyond the first ones of a job. */
  verdict: verdict.nullable(),
});
export type FailingTest = z.infer<typeof failingTest>;

/** `GET /api/v1/jobs/<id>/tests`: of the newest attempt that has reports. `/api/v1/runs/<id>/tests`: of all its jobs. */
export const jobTests = z.object({
  job: jobId,
  suite: z.string(),
  image: z.string(),
  /** Null when no attempt has handed over reports. */
  attempt: attemptId.nullable(),
  /** False while they are being read. */
  isRead: z.boolean(),
  counts: testCounts,
  /** What was wrong with the reports. */
  notices: z.array(z.string()),
  /** What failed, then what was flaky. */
  failures: z.array(failingTest),
});
export type JobTests = z.infer<typeof jobTests>;

export const testResult = z.object({
  run: runId,
  runNumber: z.number().int(),
  job: jobId,
  attempt: attemptId,
  image: z.string(),
  commit: commitSha,
  ref: z.string(),
  outcome: testOutcome,
  /** Of failures only. */
  ms: z.number().int().nullable(),
  message: z.string().nullable(),
  at: instant,
});
export type TestResult = z.infer<typeof testResult>;

/** `GET /api/v1/tests/<key>`: one test over runs and images, newest first. */
export const testHistory = z.object({
  test: z.object({
    key: testKey,
    repository: z.string(),
    suite: z.string(),
    group: z.string(),
    name: z.string(),
  }),
  items: z.array(testResult),
  next: attemptId.nullable(),
});
export type TestHistory = z.infer<typeof testHistory>;
