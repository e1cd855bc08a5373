import { expect, test } from 'vitest';
import type { CheckFacts } from '#coordinator/runs/check-facts.ts';
import { fenced } from '#coordinator/runs/check-markdown.ts';
import { checkSummary } from '#coordinator/runs/check-summary.ts';
import type { FailureLog } from '#coordinator/runs/failure-logs.ts';
import type { AttemptSpan, JobSummary, RunView } from '#shared/api.ts';
import type { JobId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { FailingTest, JobTests } from '#shared/test-api.ts';
import { commitOf } from '../support/rows.ts';

const jobUrl = (id: JobId) => `https://ci.example.org/jobs/${id}`;
const idOf = (suite: string, image: string) => `job_${suite}_${image}` as JobId;

const job = (suite: string, image: string, more: Partial<JobSummary> = {}): JobSummary => ({
  id: idOf(suite, image),
  suite,
  image,
  stage: 'suite',
  standing: 'passed',
  blockedOn: null,
  text: 'passed',
  refusal: null,
  attempts: 1,
  attempt: null,
  startedAt: 0,
  endedAt: 221_000,
  verdict: null,
  ...more,
});

const run = (jobs: JobSummary[], more: Partial<RunView> = {}): RunView =>
  ({
    number: 14,
    commit: commitOf(0xabc),
    title: 'Read the size as 64 bits',
    message: null,
    warnings: [],
    url: 'https://ci.example.org/runs/14',
    jobs,
    ...more,
  }) as RunView;

const failing = (more: Partial<FailingTest> = {}): FailingTest => ({
  test: 'a'.repeat(32),
  group: 'parser',
  name: 'reads 64-bit sizes',
  outcome: 'failed',
  file: 'test/parser.c',
  line: 88,
  ms: 3,
  message: 'expected 4294967296, got 0',
  output: null,
  verdict: { kind: 'new', text: 'passed on main 12 of 12 times on netbsd-10' },
  ...more,
});

const testsOf = (suite: string, image: string, failures: FailingTest[]): JobTests => ({
  job: idOf(suite, image),
  suite,
  image,
  attempt: null,
  isRead: true,
  counts: { passed: 213, failed: failures.length, errored: 0, skipped: 0, flaky: 0 },
  notices: [],
  failures,
});

const red = job('unit', 'netbsd-10', {
  standing: 'failed',
  text: 'failed: test/parser.c:88, 1 of 214 tests',
  endedAt: 67_000,
});

const summaryOf = (facts: Partial<CheckFacts> & Pick<CheckFacts, 'run'>): string =>
  checkSummary({ tests: [], spans: [], logs: [], unannotated: 0, jobUrl, ...facts });

const logOf = (job: JobSummary, text: string, from = 1_202): FailureLog => ({
  job: job.id,
  step: { index: 1, of: 3, name: 'make check' },
  parts: [{ from, to: from + text.split('\n').length, text }],
  errors: [],
});

test('the matrix, then what failed with its tests, then where the time went', () => {
  const spans = [
    {
      job: red.id,
      times: {
        queuedAt: 0,
        leasedAt: 2_000,
        sourceAt: 2_500,
        stepsAt: 4_000,
        uploadsAt: null,
        endedAt: 69_000,
      },
    },
  ] as unknown as AttemptSpan[];
  const jobs = [
    job('unit', 'debian-12'),
    red,
    job('docs', 'debian-12', { standing: 'skipped', startedAt: null, endedAt: null }),
  ];
  const tests = [testsOf('unit', 'debian-12', []), testsOf('unit', 'netbsd-10', [failing()])];
  const logs = [logOf(red, "parser.c:88: error: expected ';'\n   88 |   return size")];
  expect(summaryOf({ run: run(jobs), spans, tests, logs })).toBe(
    [
      '[Run 14](https://ci.example.org/runs/14) of `0000000`: Read the size as 64 bits',
      '',
      '|  | debian-12 | netbsd-10 |',
      '| --- | --- | --- |',
      '| unit | ✓ [passed 3:41](https://ci.example.org/jobs/job_unit_debian-12) | ✕ [failed 1:07](https://ci.example.org/jobs/job_unit_netbsd-10) |',
      '| docs | – [skipped](https://ci.example.org/jobs/job_docs_debian-12) |  |',
      '',
      '### 1 test fails',
      '',
      '- **parser reads 64-bit sizes** (test/parser.c:88) fails on 1 of 2: [netbsd-10](https://ci.example.org/jobs/job_unit_netbsd-10) · new: passed on main 12 of 12 times on netbsd-10',
      '',
      '  ```text',
      '  expected 4294967296, got 0',
      '  ```',
      '',
      '### ✕ [netbsd-10/unit](https://ci.example.org/jobs/job_unit_netbsd-10)',
      '',
      'failed: test/parser.c:88, 1 of 214 tests',
      '',
      'Lines [1203–1204](https://ci.example.org/jobs/job_unit_netbsd-10#L1203-L1204) of the log of netbsd-10/unit, step 2 of 3, make check:',
      '',
      '```text',
      "parser.c:88: error: expected ';'",
      '   88 |   return size',
      '```',
      '',
      '### Times',
      '',
      '|  | queued | source | steps | rest |',
      '| --- | --- | --- | --- | --- |',
      '| netbsd-10/unit | 2.0 s | 1.5 s | 1:05 | 0.0 s |',
    ].join('\n'),
  );
});

test('a job that no report speaks for says whose fault it is', () => {
  const verdict = { kind: 'known', text: 'failed on main too, 3 of 4 times on netbsd-10' } as const;
  const known = job('unit', 'netbsd-10', { standing: 'failed', text: 'failed after 1:07', verdict });
  expect(summaryOf({ run: run([known]) })).toContain(
    'failed after 1:07  \nknown: failed on main too, 3 of 4 times on netbsd-10',
  );
});

test('what fails alike on several systems is told once, with all of them', () => {
  const jobs = ['debian-12', 'netbsd-10', 'openbsd-7.9'].map(image =>
    job('unit', image, { standing: 'failed' }),
  );
  const logs = jobs.map((each, n) => logOf(each, n < 2 ? 'ld: undefined symbol' : 'something else'));
  const tests = jobs.map(({ image }) => testsOf('unit', image, [failing({ verdict: null })]));
  const summary = summaryOf({ run: run(jobs), logs, tests });
  expect(summary.match(/^### .*/gm)).toEqual([
    '### 1 test fails',
    `### ✕ [debian-12/unit](${jobUrl(idOf('unit', 'debian-12'))}), [netbsd-10/unit](${jobUrl(idOf('unit', 'netbsd-10'))})`,
    `### ✕ [openbsd-7.9/unit](${jobUrl(idOf('unit', 'openbsd-7.9'))})`,
  ]);
  expect(summary).toContain('fails on 3 of 3: [debian-12]');
  expect(summary.match(/ld: undefined symbol/g)).toHaveLength(1);
});

test('an infrastructure failure comes last and has no lines; annotations that do not fit are counted', () => {
  const lost = job('unit', 'debian-12', {
    standing: 'errored',
    text: 'could not be tested: the machine was lost',
  });
  const summary = summaryOf({ run: run([lost, red]), logs: [logOf(red, 'boom')], unannotated: 300 });
  expect(summary.match(/^### .*/gm)?.map(head => head.slice(0, 15))).toEqual([
    '### ✕ [netbsd-1',
    '### ⚡ [debian-1',
  ]);
  expect(summary).toContain('could not be tested: the machine was lost');
  expect(summary).toContain('there are 300 more');
});

test('no line of a log leaves its block, whatever it holds', () => {
  const hostile = '```\n</details>\n# heading\n@octocat ~~~ <img src=x>\n`````';
  const summary = summaryOf({ run: run([red]), logs: [logOf(red, hostile)] });
  expect(summary).toContain(['``````text', ...hostile.split('\n'), '``````'].join('\n'));
});

test('nothing ends a block but its own end, and it is bounded', () => {
  const block = fenced('```\n</details>\n\u001b[31mred\u001b[0m\n````', { lines: 3, chars: 2_000 });
  expect(block).toBe(
    '`````text\n```\n</details>\nred\n… 1 more lines\n`````'
      .replace('`````text', '````text')
      .replace(/`````$/, '````'),
  );
  expect(fenced('x'.repeat(9_999), { lines: 3, chars: 100 }).length).toBeLessThan(150);
});

test('a commit that waits for an approval says how it gets one', () => {
  const jobs = [job('unit', 'debian-12', { standing: 'blocked', blockedOn: 'approval', endedAt: null })];
  expect(summaryOf({ run: run(jobs) })).toContain('by `/paddock approve 0000000` in a comment');
});

test('how many fail is counted, also where few of them are known', () => {
  const failures = Array.from({ length: 25 }, (_, n) => failing({ test: `test ${n}`, name: `n${n}` }));
  const all = testsOf('unit', 'debian-12', failures);
  const counts = { ...all.counts, failed: 100_001 };
  const jobs = [job('unit', 'debian-12', { standing: 'failed', text: 'failed' })];
  const some = summaryOf({ run: run(jobs), tests: [{ ...all, counts }] });
  expect(some).toContain('### At least 100,001 tests fail\n');
  expect(some).toContain('\n… and at least 99,981 more.\n');
  const summary = summaryOf({ run: run(jobs), tests: [all] });
  expect(summary).toContain('### 25 tests fail\n');
  expect(summary).toContain('\n… and 5 more.\n');
});

test('however much fails, it fits, and says that there is more', () => {
  const jobs = Array.from({ length: 200 }, (_, n) =>
    job(`suite-${n}`, 'linux', { standing: 'failed', text: '`|@'.repeat(300) }),
  );
  const tests = jobs.map(({ suite }) =>
    testsOf(
      suite,
      'linux',
      Array.from({ length: 50 }, (_, n) => failing({ test: `${suite} ${n}`, message: '`'.repeat(5_000) })),
    ),
  );
  const logs = jobs.map((each, n) => logOf(each, `${n} ${'漢字'.repeat(200)}`));
  const summary = summaryOf({ run: run(jobs), tests, logs });
  expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(limits.checkSummaryBytes);
  expect(summary).toContain('… and more on the page of the run.');
});
