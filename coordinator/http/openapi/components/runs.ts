/** Runs, jobs, logs, tests, caches, merging. */
import {
  approveRun,
  artifactView,
  attemptView,
  eventView,
  jobSummary,
  jobView,
  runView,
  startRun,
} from '#shared/api.ts';
import { attemptTimes, logSeal, mark } from '#shared/attempt.ts';
import { cachesView, cacheView, dropCachesRequest } from '#shared/cache-api.ts';
import { attemptEnd } from '#shared/job.ts';
import { logHits, logLines, logView } from '#shared/log-api.ts';
import {
  askMerge,
  mergeBatchView,
  mergeEntryView,
  mergeStanding,
  mergingView,
  withdrawMerge,
} from '#shared/merge-api.ts';
import { filePosition } from '#shared/run.ts';
import { runLine, runPage, runSquare } from '#shared/run-line.ts';
import { phaseSpan, stepSpan, timelineAttempt } from '#shared/run-timeline.ts';
import { failingTest, jobTests, testHistory, testResult } from '#shared/test-api.ts';
import { testCounts } from '#shared/test-report.ts';
import { verdict } from '#shared/test-verdict.ts';
import { approvalView, trustView } from '#shared/trust.ts';

import { type Components, named } from '../component.ts';

export const runsComponents: Components = {
  Run: named(runView, 'A commit that is tested, with its jobs.'),
  RunLine: named(runLine, 'A run as lists have it.'),
  RunSquare: named(runSquare, 'A job in a list of runs.'),
  RunPage: named(runPage, 'Some runs, and where the next ones are.'),
  StartRun: named(startRun, 'Which commit to test, and how.'),
  ApproveRun: named(approveRun, 'The commit that was looked at.'),
  FilePosition: named(filePosition, 'Where in a file a mistake is; from 1.'),
  Trust: named(trustView, 'What a run is trusted with, and why.'),
  Approval: named(approvalView, 'Who let a commit run.'),
  Job: named(jobView, 'One suite on one image, with all there is to know of it.'),
  JobSummary: named(jobSummary, 'A job as its run has it.'),
  Attempt: named(attemptView, 'One try of a job, on one machine.'),
  AttemptTimes: named(attemptTimes, 'When an attempt did what; null: not yet, or never.'),
  AttemptEnd: named(attemptEnd, 'Why an attempt ended.'),
  TimelineAttempt: named(timelineAttempt, 'An attempt as spans that follow each other.'),
  PhaseSpan: named(phaseSpan, 'A phase of an attempt; `to` is null while it lasts.'),
  StepSpan: named(stepSpan, 'A step of an attempt; `to` is null while it lasts.'),
  Event: named(eventView, 'Something that happened.'),
  Artifact: named(artifactView, 'A file that an attempt handed over.'),
  Mark: named(mark, 'A point in a log that is not bytes of it.'),
  LogSeal: named(logSeal, 'That a log is whole, by its digest; or how much there is of it, and why no more.'),
  Log: named(logView, 'How far a log is stored, and where its marks stand.'),
  LogLines: named(logLines, 'Some lines of a log, in base64.'),
  LogHits: named(logHits, 'The lines in which a text was found.'),
  Verdict: named(verdict, 'Whose fault a failure is, by the history of the test.'),
  JobTests: named(jobTests, 'What the reports of a job say.'),
  FailingTest: named(failingTest, 'A test that failed, or was flaky.'),
  TestCounts: named(testCounts, 'Tests by how they ended.'),
  TestHistory: named(testHistory, 'One test over runs and images.'),
  TestResult: named(testResult, 'How a test ended in one attempt.'),
  Cache: named(cacheView, 'A cache that is kept.'),
  Caches: named(cachesView, 'Caches that are kept.'),
  DropCaches: named(dropCachesRequest, 'Which caches to drop.'),
  MergeEntry: named(mergeEntryView, 'A pull request that is to be merged.'),
  MergeBatch: named(mergeBatchView, 'Pull requests that are tested together.'),
  Merging: named(mergingView, 'What is to be merged, and what became of the last ones.'),
  MergeStanding: named(mergeStanding, 'What can be done about merging a pull request.'),
  AskMerge: named(askMerge, 'Which pull request to merge.'),
  WithdrawMerge: named(withdrawMerge, 'Which pull request not to merge.'),
};
