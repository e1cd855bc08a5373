import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { testLines } from '#coordinator/cli/output/test-lines.ts';
import { type JobTests, jobTests } from '#shared/test-api.ts';
import { noTests } from '#shared/test-report.ts';

const colors = picocolors.createColors(false);
const job = (changes: object): JobTests =>
  jobTests.parse({
    ...{ job: 'job_01h455vb4pex5vsknk00000001', suite: 'unit', image: 'debian-12', isRead: true },
    ...{ attempt: 'attempt_01h455vb4pex5vsknk00000001', counts: { ...noTests, passed: 3 }, notices: [] },
    ...{ failures: [], ...changes },
  });

const overflow = {
  ...{ test: 'a'.repeat(32), group: 'tests.parser', name: 'overflow', outcome: 'failed', ms: 12 },
  ...{ file: 'tests/parser.c', line: 88, message: 'got 0', output: null },
  verdict: { kind: 'new', text: 'passed on main 12 of 12 times on netbsd-10' },
};

test('jobs with failures come first, each failure with its place, its fault and what it said', () => {
  const red = job({
    image: 'netbsd-10',
    counts: { ...noTests, passed: 213, failed: 1 },
    failures: [overflow],
  });
  expect(testLines([job({}), red], colors)).toEqual([
    '✕ netbsd-10/unit: 214 tests, 1 failed',
    '  ✕ tests.parser overflow  tests/parser.c:88',
    '      new: passed on main 12 of 12 times on netbsd-10',
    '      got 0',
    '',
    '✓ debian-12/unit: 3 tests',
  ]);
});

test('a long output is cut, and says by how much', () => {
  const output = Array.from({ length: 14 }, (_, n) => `line ${n}`).join('\n');
  const lines = testLines([job({ failures: [{ ...overflow, output, verdict: null }] })], colors);
  expect(lines.slice(-2)).toEqual(['      line 11', '      2 more lines']);
});

test('reports that are being read, and what was wrong with them', () => {
  expect(testLines([job({ isRead: false, notices: ['a.xml is no JUnit report'] })], colors)).toEqual([
    '● debian-12/unit: its reports are being read',
    '    a.xml is no JUnit report',
  ]);
});
