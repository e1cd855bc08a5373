import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import type { Failure } from '#coordinator/cli/follow/failure.ts';
import { fittingRows, headLine, jobRows } from '#coordinator/cli/output/run-lines.ts';
import { type SummaryFacts, summaryLines } from '#coordinator/cli/output/run-summary.ts';
import { textWidth } from '#coordinator/cli/output/text-width.ts';
import type { JobId } from '#shared/ids.ts';
import { refusedFor } from '#shared/refusals/work.ts';
import { marks, now, sampleAttempt, sampleJob, sampleJobView, sampleRun } from '../support/samples.ts';

const look = { colors: picocolors.createColors(false), width: 80, now };

const three = [
  sampleJob(1),
  sampleJob(2, {
    image: 'openbsd-7.9',
    standing: 'running',
    text: 'running: step 2 of 3, make check',
    startedAt: now - 31_000,
    endedAt: null,
  }),
  sampleJob(3, {
    image: 'netbsd-10',
    standing: 'queued',
    text: 'queued: 2 ahead for netbsd-10',
    startedAt: null,
  }),
];

test('the head has the barcode at the right edge', () => {
  const line = headLine(sampleRun(128, { jobs: three }), look);
  expect(line).toMatch(/^acme\/rocket #128 · 3f2c1ab fix overflow in parser {20,}✓●○$/);
  expect(textWidth(line)).toBe(80);
});

test('the pull request stands under the commit that it brings', () => {
  const view = { ...sampleJobView(1), run: undefined };
  const detail = { ...sampleRun(1, { change: 7, changeTitle: 'Large files' }), jobs: [view] };
  const facts = { detail, failures: new Map(), isFollowUp: false, isKept: false };
  const [head, second, third] = summaryLines(facts, look);
  expect(head).toContain('fix overflow in parser');
  expect(second).toBe('  pull request #7 Large files');
  expect(third).toBe('  trusted: it was started by hand');
});

test('the commit of a fork says what it is trusted with, and who approved what', () => {
  const view = { ...sampleJobView(1), run: undefined };
  const approvals = [{ commit: '3f2c1ab'.padEnd(40, '0'), by: 'kim in a comment', at: now - 240_000 }];
  const trust = { isTrusted: false, runsAtOnce: false, why: 'bo is unknown here', approvals };
  const linesOf = (changes: object) => {
    const detail = { ...sampleRun(1, { change: 7, trust: { ...trust, ...changes } }), jobs: [view] };
    return summaryLines({ detail, failures: new Map(), isFollowUp: true, isKept: false }, look).slice(0, 2);
  };
  expect(linesOf({})).toEqual([
    '  approved, runs without secrets: bo is unknown here',
    '  3f2c1ab was approved by kim in a comment, 4 min ago',
  ]);
  expect(linesOf({ approvals: [] })[0]).toBe('  waits for an approval: bo is unknown here');
  expect(linesOf({ approvals: [], runsAtOnce: true, why: 'bo is a MEMBER' })[0]).toBe(
    '  runs at once, without secrets: bo is a MEMBER',
  );
});

test('a long title gives way to the barcode', () => {
  const line = headLine(sampleRun(1, { title: 'x'.repeat(200), jobs: three }), look);
  expect(line.endsWith('…  ✓●○')).toBe(true);
  expect(textWidth(line)).toBe(80);
});

test('more jobs than a barcode is good for are counted', () => {
  const jobs = Array.from({ length: 200 }, (_, at) =>
    sampleJob(at, { standing: at < 3 ? 'failed' : 'passed' }),
  );
  expect(headLine(sampleRun(1, { jobs }), look)).toMatch(/ {2}✕ 3 {2}✓ 197$/);
});

test('one row per job, with what it has run for', () => {
  expect(jobRows(three, look)).toEqual([
    '  ✓  debian-12    passed in 0:42',
    '  ●  openbsd-7.9  running: step 2 of 3, make check  0:31',
    '  ○  netbsd-10    queued: 2 ahead for netbsd-10',
  ]);
});

test('suites are named where there is more than the one called default', () => {
  const rows = jobRows([sampleJob(1, { suite: 'unit' }), sampleJob(2)], look);
  expect(rows[0]).toBe('  ✓  debian-12  unit     passed in 0:42');
});

test('where not all rows fit, those that move come first', () => {
  expect(fittingRows(three, look, 2)).toEqual([
    '  ●  openbsd-7.9  running: step 2 of 3, make check  0:31',
    '  … and 2 more jobs',
  ]);
});

const seal = { state: 'complete', bytes: 16_200_000, lines: 200_000, sha256: '0'.repeat(64) } as const;
const failedEnd = {
  reason: 'exited',
  exitCode: 2,
  step: 1,
  message: 'step 2/3 "make check" exited with 2',
} as const;
const failedJob = sampleJobView(2, {
  standing: 'failed',
  image: 'netbsd-10',
  suite: 'unit',
  text: 'failed after 1:07: step 2/3 "make check" exited with 2',
  history: [sampleAttempt(2, { end: failedEnd, log: seal, marks: marks([0, 5, 0], [5, 90, 2]) })],
});
const failure: Failure = { step: 1, lines: ['tests/parser.c:88: expected 4294967296, got 0'], more: 3 };

const summary = (jobs: ReturnType<typeof sampleJobView>[], changes: Partial<SummaryFacts> = {}) => {
  const detail = { ...sampleRun(128), jobs };
  return summaryLines({ detail, failures: new Map(), isFollowUp: false, isKept: true, ...changes }, look);
};

test('a run that is over says what is wrong, the last words, and where the rest is', () => {
  const failures = new Map([[failedJob.id as JobId, failure]]);
  expect(summary([failedJob], { failures })).toEqual([
    expect.stringMatching(/^acme\/rocket #128 .*✕$/),
    '  ✕  netbsd-10  unit  failed after 1:07  log 16.2 MB ✓',
    '',
    '✕ netbsd-10/unit: step 2/3 "make check" exited with 2',
    '    tests/parser.c:88: expected 4294967296, got 0',
    `    3 more lines · paddock logs ${failedJob.id} --step 2`,
    `  ${sampleRun(128).url}`,
  ]);
});

test('a coordinator that is gone with the run is not pointed to', () => {
  expect(summary([failedJob], { isKept: false, isFollowUp: true })).toEqual([
    '  ✕  netbsd-10  unit  failed after 1:07  log 16.2 MB ✓',
    '',
    '✕ netbsd-10/unit: step 2/3 "make check" exited with 2',
  ]);
});

test('a log that is not complete says so', () => {
  const log = { state: 'partial', bytes: 12, reason: 'the machine was lost' };
  expect(summary([sampleJobView(1, { history: [sampleAttempt(1, { log })] })])[1]).toContain(
    'log partial, 12 B',
  );
});

test('what somebody cancelled is not wrong', () => {
  const end = { reason: 'cancelled', message: 'by hand' };
  const job = sampleJobView(1, {
    standing: 'cancelled',
    text: 'cancelled after 0:01: by hand',
    history: [sampleAttempt(1, { end })],
  });
  expect(summary([job], { isKept: false, isFollowUp: true })).toEqual([
    '  –  debian-12  cancelled after 0:01: by hand',
  ]);
});

test('a suite file that is refused has each of its mistakes on a line, with its place', () => {
  const detail = {
    ...sampleRun(1, {
      standing: 'refused',
      message: '.paddock.yml:3:5 unknown key `stepz`; .paddock.yml:9:1 expected a list; or nothing',
      position: { file: '.paddock.yml', line: 3, column: 5 },
    }),
    jobs: [],
  };
  const facts = { detail, failures: new Map(), isFollowUp: false, isKept: false };
  expect(summaryLines(facts, look).slice(1)).toEqual([
    '  it cannot be run:',
    '    .paddock.yml:3:5 unknown key `stepz`',
    '    .paddock.yml:9:1 expected a list; or nothing',
  ]);
});

test('warnings of the run are shown', () => {
  const detail = { ...sampleRun(1, { warnings: ['suite unit names the image plan9'] }), jobs: [] };
  const facts = { detail, failures: new Map(), isFollowUp: false, isKept: false };
  expect(summaryLines(facts, look).at(-1)).toBe('  ! suite unit names the image plan9');
});

test('what Paddock refused has its code: under the sentence of a run, and beside each job', () => {
  const linesOf = (detail: SummaryFacts['detail']) =>
    summaryLines({ detail, failures: new Map(), isFollowUp: true, isKept: false }, look);
  const refused = {
    ...{ standing: 'refused', message: 'git says no-such-commit', jobs: [] },
    refusal: refusedFor('source-refused'),
  } as const;
  expect(linesOf({ ...sampleRun(1, refused), jobs: [] })).toEqual([
    '  it cannot be run:',
    '    git says no-such-commit',
    '    refused as source-refused',
  ]);
  const end = { reason: 'setup-failed', permanent: true, message: 'nothing was run' } as const;
  const history = [{ ...sampleAttempt(1), end, log: null }];
  const withheld = {
    standing: 'errored',
    refusal: refusedFor('secrets-withheld', 'secret-damaged'),
  } as const;
  const never = { standing: 'errored', refusal: refusedFor('not-isolated'), image: 'attic' } as const;
  const jobs = [
    { ...sampleJobView(1), ...withheld, history, run: undefined },
    { ...sampleJobView(2), ...never, history: [], run: undefined },
  ];
  expect(linesOf({ ...sampleRun(1), jobs }).slice(-5)).toEqual([
    '',
    '⚡ debian-12: nothing was run',
    '    refused as secrets-withheld, because of secret-damaged',
    '',
    '⚡ attic: refused as not-isolated',
  ]);
});
