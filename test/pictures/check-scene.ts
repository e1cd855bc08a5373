/**
 * A run that failed, as a check is made of it: four systems, tests that fail on two of them, one with a hostile name, a suite
 * without reports whose compiler has something to say, and a machine that was lost. What the check says of it is the product's own.
 */
import { checkAnnotations } from '#coordinator/runs/check-annotations.ts';
import { buttonsOf } from '#coordinator/runs/check-buttons.ts';
import { checkOf } from '#coordinator/runs/check-state.ts';
import { checkSummary } from '#coordinator/runs/check-summary.ts';
import { type FailureLog, readLog } from '#coordinator/runs/failure-logs.ts';
import type { AttemptSpan, JobSummary, RunView, Standing } from '#shared/api.ts';
import { type AttemptId, commitSha, type JobId } from '#shared/ids.ts';
import type { JobState } from '#shared/job.ts';
import type { FailingTest, JobTests } from '#shared/test-api.ts';
import type { Verdict } from '#shared/test-verdict.ts';

const site = 'https://ci.example.org';
const jobUrl = (id: JobId): string => `${site}/jobs/${id}`;
const commit = commitSha.parse('3f2c1ab9d5e07c4418a6b2f0d9e8c7a6b5d4e3f2');

type Told = { suite: string; image: string; standing: Standing; seconds: number; text: string };
const told = (suite: string, image: string, standing: Standing, seconds: number, text: string): Told => ({
  ...{ suite, image, standing, seconds, text },
});

const all: Told[] = [
  told('unit', 'debian-13', 'passed', 42, 'passed in 0:42, 214 tests'),
  told('unit', 'freebsd-15', 'passed', 51, 'passed in 0:51, 214 tests'),
  told('unit', 'netbsd-10', 'failed', 67, 'failed: test/parser.c:88 and 1 more of 214'),
  told('unit', 'openbsd-7.9', 'failed', 91, 'failed: test/parser.c:88, 1 of 214 tests'),
  told('tools', 'debian-13', 'passed', 12, 'passed in 0:12'),
  told('tools', 'freebsd-15', 'passed', 14, 'passed in 0:14'),
  told('tools', 'netbsd-10', 'failed', 9, 'failed after 0:09: make tools exited with 2'),
  told('tools', 'openbsd-7.9', 'failed', 11, 'failed after 0:11: make tools exited with 2'),
  told('e2e', 'debian-13', 'passed', 188, 'passed in 3:08, 31 tests'),
  told(
    'e2e',
    'freebsd-15',
    'errored',
    260,
    'could not be tested: the machine was lost 3 times; run it again',
  ),
  told('e2e', 'netbsd-10', 'skipped', 0, 'skipped: unit has failed'),
  told('e2e', 'openbsd-7.9', 'skipped', 0, 'skipped: unit has failed'),
];

const jobOf = (suite: string, image: string): JobId => `job_${suite}-${image}` as JobId;
const attemptOf = (suite: string, image: string): AttemptId => `attempt_${suite}-${image}` as AttemptId;

const start = Date.parse('2026-11-30T12:00:00Z');

const news = (image: string): Verdict => ({
  kind: 'new',
  text: `passed on main 12 of 12 times on ${image}`,
});

const jobs = all.map(
  ({ suite, image, standing, seconds, text }): JobSummary => ({
    ...{ id: jobOf(suite, image), suite, image, stage: 'suite', standing, blockedOn: null, text },
    ...{ refusal: null, attempts: 1, attempt: attemptOf(suite, image) },
    // Where tests failed, those say whose fault it is.
    verdict: suite === 'tools' && standing === 'failed' ? news(image) : null,
    startedAt: seconds === 0 ? null : start,
    endedAt: seconds === 0 ? null : start + seconds * 1_000,
  }),
);

const spans = all
  .filter(({ seconds }) => seconds > 0)
  .map(({ suite, image, seconds }, n): AttemptSpan => {
    const queuedAt = start - 2_000 - n * 700;
    const times = { queuedAt, leasedAt: start, sourceAt: start + 400, stepsAt: start + 1_900 };
    const endedAt = start + seconds * 1_000;
    return {
      ...{ id: attemptOf(suite, image), job: jobOf(suite, image), number: 1, step: 1, end: null },
      times: { ...times, uploadsAt: endedAt - 600, endedAt },
    };
  });

const failing = (name: string, more: Partial<FailingTest>): FailingTest => ({
  ...{
    test: name.padEnd(32, '0'),
    group: 'parser',
    name,
    outcome: 'failed',
    file: 'test/parser.c',
    line: 88,
  },
  ...{ ms: 3, message: 'expected 4294967296, got 0', output: null, verdict: null },
  ...more,
});

const reports = [
  { image: 'debian-13', failures: [] },
  { image: 'freebsd-15', failures: [] },
  {
    image: 'netbsd-10',
    failures: [
      failing('reads 64-bit sizes', { verdict: news('netbsd-10') }),
      failing('<img src=x onerror=alert(1)> **@octocat** closes #12 | `rm` \u202e[x](javascript:alert(1))', {
        ...{ line: 120, message: 'expected "```", got "</details>"' },
        verdict: { kind: 'known', text: 'failed on main too, 3 of 12 times on netbsd-10' },
      }),
    ],
  },
  { image: 'openbsd-7.9', failures: [failing('reads 64-bit sizes', { verdict: news('openbsd-7.9') })] },
];

const tests = reports.map(
  ({ image, failures }): JobTests => ({
    ...{ job: jobOf('unit', image), suite: 'unit', image, attempt: attemptOf('unit', image), isRead: true },
    counts: { passed: 214 - failures.length, failed: failures.length, errored: 0, skipped: 0, flaky: 0 },
    ...{ notices: [], failures },
  }),
);

const unitLog = [
  'prove -v test/',
  'ok 86 - reads an empty size',
  'ok 87 - reads 32-bit sizes',
  'not ok 88 - reads 64-bit sizes',
  '#   at test/parser.c:88: expected 4294967296, got 0',
  'ok 89 - refuses letters',
];

const toolsLog = (attempt: AttemptId): string[] => [
  'cc -O2 -Wall -c tools/dump.c -o dump.o',
  `\u001b[1m/var/paddock/attempts/${attempt}/checkout/tools/dump.c:41:23: \u001b[31merror: \u001b[0muse of undeclared identifier 'O_PATH'`,
  '   41 |   int fd = open(name, O_PATH | O_CLOEXEC);',
  '      |                       ^~~~~~',
  '1 error generated.',
  '*** Error code 1',
  'make: stopped in tools',
];

function logOf(suite: string, image: string, firstLine: number, lines: readonly string[]): FailureLog {
  const step = { index: 1, of: 3, name: suite === 'unit' ? 'make check' : 'make tools' };
  const place = { attempt: attemptOf(suite, image), directory: '.', hasHung: false };
  return { job: jobOf(suite, image), step, ...readLog({ text: lines.join('\n'), firstLine }, place) };
}

export function failedCheck() {
  const logs = ['netbsd-10', 'openbsd-7.9'].flatMap(image => [
    logOf('unit', image, 210, unitLog),
    logOf('tools', image, 34, toolsLog(attemptOf('tools', image))),
  ]);
  const run = {
    ...{
      number: 128,
      commit,
      title: 'Read the size of a part as 64 bits, as the format says',
      message: null,
    },
    ...{ warnings: [], url: `${site}/runs/run_128`, jobs },
  } as unknown as RunView;
  const annotations = checkAnnotations({ jobs, tests, logs });
  const state = checkOf(
    { status: 'planned', at: start },
    commit,
    all.map(({ suite, image, standing, text }) => ({
      name: suite === 'default' ? image : `${image}/${suite}`,
      state: { status: 'settled', outcome: standing } as JobState,
      ...{ isRequired: false, text },
    })),
  );
  const unannotated = annotations.total - annotations.shown.length;
  return {
    title: state.title,
    summary: checkSummary({ run, tests, spans, logs, unannotated, jobUrl }),
    annotations: annotations.shown,
    buttons: buttonsOf(state, run),
  };
}
