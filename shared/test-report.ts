/** Tests as reports tell of them: counted, the failing ones word for word. */
import * as z from 'zod';
import { artifactFile } from './artifact.ts';

export const reportFormat = z.enum(['junit', 'tap']);
export type ReportFormat = z.infer<typeof reportFormat>;

/** Where reports are, by their format. */
export const reportPatterns = z.object({ junit: z.array(z.string()), tap: z.array(z.string()) });
export type ReportPatterns = z.infer<typeof reportPatterns>;

/** A report that a machine has handed over; `path` is its place in the checkout. */
export const reportFile = artifactFile.extend({ format: reportFormat });
export type ReportFile = z.infer<typeof reportFile>;

/** `flaky`: it failed and passed within one attempt. `errored`: it broke before it could say, or never ran to its end. */
export const testOutcome = z.enum(['passed', 'failed', 'errored', 'skipped', 'flaky']);
export type TestOutcome = z.infer<typeof testOutcome>;

const count = z.number().int().nonnegative();
export const testCounts = z.object({
  passed: count,
  failed: count,
  errored: count,
  skipped: count,
  flaky: count,
});
export type TestCounts = z.infer<typeof testCounts>;

export const noTests: TestCounts = { passed: 0, failed: 0, errored: 0, skipped: 0, flaky: 0 };

export const testsIn = (counts: TestCounts): number =>
  counts.passed + counts.failed + counts.errored + counts.skipped + counts.flaky;

/** Those that somebody has to look at. */
export const failuresIn = (counts: TestCounts): number => counts.failed + counts.errored;

export const isFailing = (outcome: TestOutcome): boolean => outcome === 'failed' || outcome === 'errored';
