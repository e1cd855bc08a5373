/** Bounds of reports of tests, and of what is judged by them. */
import { hour, MiB, minute, second } from './units.ts';

export const reportsLimits = {
  /** Reports of one job that are handed over: a file for each class of a large project. */
  reportFiles: 300,
  reportPatterns: 20,
  /** One report, and all of a job: a million cases without a failure fit. */
  reportFileBytes: 32 * MiB,
  reportsBytes: 64 * MiB,
  /** Handing them over. The verdict waits for this, so it is short; what has not arrived by then is missing. */
  reportUploadMs: 30 * second,
  /** Sentences about the reports of one attempt, and their length. */
  reportNotices: 20,
  reportNoticeChars: 300,
  /** Reading the reports of one attempt, on a thread of its own: 64 MiB take some seconds. */
  reportReadMs: 2 * minute,
  reportReadMiB: 256,
  /** A file with more mistakes is given up: each costs more than a line that is right. */
  reportMistakes: 1_000,
  /** Reading them again after a failure of ours. */
  reportTries: 4,
  /** Tests of one attempt that are known by name; more are counted. A new list of them is as many rows. */
  testsListed: 20_000,
  /** Rows that one change writes of a new list: a few milliseconds. */
  testsPerChange: 500,
  /** Attempts whose reports one change removes when they are old: each has so many failures at most. How often that is looked for. */
  reportsPerRemoval: 20,
  testScanMs: 1 * hour,
  /** Failures of one attempt that are kept, with the message and the output of each, and all outputs together. */
  testFailures: 500,
  testNameChars: 500,
  testMessageChars: 1_000,
  testOutputChars: 8_000,
  testOutputsChars: 1_000_000,
  /** Failing tests of a job whose fault is judged; those of a whole run that a page shows of each job. */
  verdictsPerJob: 50,
  /** Attempts of a suite that are looked through for those on the base branch, and how many of them are compared with. */
  reportsExamined: 300,
  baseResults: 12,
  /** Jobs of a run without reports whose fault is judged, and landed runs of the base that each is looked for in. */
  jobsJudged: 50,
  baseRuns: 40,
} as const;
