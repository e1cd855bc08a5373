import { expect, test } from 'vitest';
import { checkAnnotations } from '#coordinator/runs/check-annotations.ts';
import type { CompilerError } from '#coordinator/runs/compiler-errors/compiler-error.ts';
import type { AttemptId, JobId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { FailingTest, JobTests } from '#shared/test-api.ts';

const attempt = `attempt_${'0'.repeat(26)}` as AttemptId;
const jobs = ['debian-12', 'netbsd-10', 'openbsd-7.9', 'illumos', 'haiku'].map(image => ({
  id: `job_${image}` as JobId,
  suite: 'unit',
  image,
}));

const failing = (more: Partial<FailingTest> = {}): FailingTest => ({
  ...{ test: 'a'.repeat(32), group: 'parser', name: 'reads 64-bit sizes', outcome: 'failed' },
  ...{ file: 'test/parser.c', line: 88, ms: 3, message: 'expected 4294967296, got 0', output: null },
  verdict: null,
  ...more,
});
const testsOf = (image: string, failures: FailingTest[]): JobTests => ({
  ...{ job: `job_${image}` as JobId, suite: 'unit', image, attempt, isRead: true, notices: [] },
  counts: { passed: 213, failed: failures.length, errored: 0, skipped: 0, flaky: 0 },
  failures,
});
const error = (more: Partial<CompilerError> = {}): CompilerError => ({
  ...{ path: 'src/parser.c', line: 12, column: 5, message: "expected ';'", at: 0 },
  ...more,
});
const logOf = (image: string, errors: CompilerError[]) => ({ job: `job_${image}` as JobId, errors });

test('a failing test stands beside its line, where it says one inside the repository', () => {
  const places = [
    failing(),
    failing({ file: './a.c' }),
    failing({ file: `/tmp/attempts/${attempt}/checkout/b/c.c` }),
    ...['/etc/passwd', '../x.c', 'C:\\a.c', 'a/../../x.c', null].map(file => failing({ file })),
    failing({ line: null }),
    failing({ line: 0 }),
    failing({ file: 'flaky.c', outcome: 'flaky' }),
  ];
  const { shown, total } = checkAnnotations({ jobs, tests: [testsOf('netbsd-10', places)], logs: [] });
  expect(total).toBe(3);
  expect(shown).toEqual([
    {
      ...{ path: 'test/parser.c', startLine: 88, endLine: 88, column: null, level: 'failure' },
      ...{ title: 'netbsd-10/unit: reads 64-bit sizes', message: 'expected 4294967296, got 0' },
    },
    expect.objectContaining({ path: 'a.c' }),
    expect.objectContaining({ path: 'b/c.c' }),
  ]);
});

test('tests come before compilers, and a line has one of both', () => {
  const { shown } = checkAnnotations({
    jobs,
    tests: [testsOf('netbsd-10', [failing()])],
    logs: [logOf('netbsd-10', [error(), error({ path: 'test/parser.c', line: 88 })])],
  });
  expect(shown.map(({ path, startLine, column, title }) => [path, startLine, column, title])).toEqual([
    ['test/parser.c', 88, null, 'netbsd-10/unit: reads 64-bit sizes'],
    ['src/parser.c', 12, 5, 'netbsd-10/unit'],
  ]);
});

test('the same on several systems is one, which names some of them', () => {
  const logs = jobs.map(({ image }) => logOf(image, [error()]));
  expect(checkAnnotations({ jobs, tests: [], logs }).shown).toEqual([
    expect.objectContaining({
      title: 'debian-12/unit, netbsd-10/unit, openbsd-7.9/unit and 2 more',
      message: "expected ';'",
    }),
  ]);
});

test('of 500 the first are shown, and it is known how many there are', () => {
  const many = Array.from({ length: 500 }, (_, n) => error({ line: n + 1 }));
  const { shown, total } = checkAnnotations({ jobs, tests: [], logs: [logOf('debian-12', many)] });
  expect([shown.length, total]).toEqual([limits.annotationsPerCheck, 500]);
});

test('words that are too long, or turn the direction of text, are made fit', () => {
  const said = `\u202e\u0000${'x'.repeat(9_000)}`;
  const tests = [testsOf('haiku', [failing({ name: said, message: said })])];
  const [annotation] = checkAnnotations({ jobs, tests, logs: [] }).shown;
  expect(annotation?.title).toMatch(/^haiku\/unit: x{200,}…$/);
  expect(annotation?.title.length).toBe(limits.annotationTitleChars);
  expect(annotation?.message).toBe(`${'x'.repeat(limits.annotationChars - 1)}…`);
  const smileys = failing({ name: `${'x'.repeat(242)}${'😀'.repeat(99)}` });
  const [cut] = checkAnnotations({ jobs, tests: [testsOf('haiku', [smileys])], logs: [] }).shown;
  expect(cut?.title.isWellFormed()).toBe(true);
});
