import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forgeStateOf, statusContext, summaryStateOf } from '#shared/forge-status.ts';
import type { JobState, Outcome } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import { cut, shapes, statusDescription, summaryDescription } from '#shared/words.ts';
import { jobs } from './job-samples.ts';

const facts = { image: 'debian-12', commit: 'f3a91c0de', step: null, wait: null, durationMs: null };
const settled = (outcome: Outcome, message = ''): JobState => ({ ...jobs.settled, outcome, message });
const outOfScope: JobState = {
  ...jobs.settled,
  outcome: 'skipped',
  byPlan: 'out-of-scope',
  message: 'no file of src/** changed',
};
const leftOut: JobState = {
  ...jobs.settled,
  byPlan: 'left-out',
  message: 'unit on netbsd is required by main',
};
const describeJob = (job: JobState, more: object = {}) => statusDescription({ job, ...facts, ...more });

describe('the description of a commit status', () => {
  test.each<[string, JobState, object]>([
    ['waits for the suites before it', jobs.blocked, {}],
    ['waits for unit, lint', jobs.blocked, { wait: 'unit, lint' }],
    ['waiting for a maintainer to approve f3a91c0', { ...jobs.blocked, on: 'approval' }, {}],
    ['queued: waits for debian-12', jobs.queued, {}],
    ['queued: 3rd in line', jobs.queued, { wait: '3rd in line' }],
    ['machine lost, trying again (2 of 3)', { ...jobs.queued, retries: 1 }, {}],
    ['starting on debian-12', jobs.leased, {}],
    ['running: step 2 of 3, npm test', jobs.leased, { step: { index: 1, of: 3, name: 'npm test' } }],
    ['stopping: by kim', jobs.cancelling, {}],
    ['finishing: the log is being verified', jobs.finishing, {}],
    ['passed in 1:42', settled('passed'), { durationMs: 102_000 }],
    ['passed', settled('passed', 'not repeated for a passed job'), {}],
    [
      'failed after 1:42: step 2/3 "make check" exited with 2',
      settled('failed', 'step 2/3 "make check" exited with 2'),
      { durationMs: 102_000 },
    ],
    ['timed out: no output for 10 min', settled('timed-out', 'no output for 10 min'), {}],
    ['could not be tested: the machine vanished', settled('errored', 'the machine vanished'), {}],
    ['superseded by a newer commit', settled('superseded'), {}],
    ['skipped: unit failed', settled('skipped', 'unit failed'), {}],
    ['skipped: no file of src/** changed', outOfScope, {}],
    ['failed: unit on netbsd is required by main', leftOut, {}],
  ])('%s', (text, job, more) => {
    expect(describeJob(job, more)).toBe(text);
  });

  test('fits GitHub, whatever the messages are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), message => {
        const text = describeJob(settled('failed', message), { durationMs: 1_000 });
        expect(text.length).toBeLessThanOrEqual(limits.statusDescriptionChars);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('the summary of a run', () => {
  const [passed, failed, errored] = [settled('passed'), settled('failed'), settled('errored')];

  test.each<[string, string, JobState[]]>([
    ['success', '1 of 1 required jobs passed', [passed]],
    ['pending', '1 of 3 required jobs passed', [passed, jobs.queued, jobs.leased]],
    ['failure', 'image-1 failed; 0 of 2 required jobs passed', [failed, jobs.leased]],
    ['error', 'image-2 could not be tested; 1 of 2 required jobs passed', [passed, errored]],
    ['failure', 'image-2 failed, and 1 more; 0 of 2 required jobs passed', [errored, failed]],
    ['success', '1 of 2 required jobs passed, 1 skipped', [passed, outOfScope]],
    ['pending', '0 of 2 required jobs passed, 1 skipped', [outOfScope, jobs.queued]],
    ['success', 'the required job is skipped: no file of src/** changed', [outOfScope]],
    ['success', 'all 2 required jobs are skipped: no file of src/** changed', [outOfScope, outOfScope]],
    ['failure', 'unit on netbsd is required by main; 1 of 2 required jobs passed', [passed, leftOut]],
  ])('is %s: %s', (state, text, states) => {
    expect(summaryStateOf(states)).toBe(state);
    expect(
      summaryDescription(states.map((each, index) => ({ name: `image-${index + 1}`, state: each }))),
    ).toBe(text);
  });

  test('fits into a status, however long the names', () => {
    const name = 'x'.repeat(500);
    expect(summaryDescription([{ name, state: failed }]).length).toBeLessThanOrEqual(
      limits.statusDescriptionChars,
    );
  });
});

describe('a text that is too long', () => {
  test('is cut at a word where one is near', () => {
    expect(cut('the quick brown fox', 14)).toBe('the quick…');
  });

  test('is cut anywhere when no word ends near', () => {
    expect(cut('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  test('keeps what fits, on one line', () => {
    expect(cut(' one\n two\t', 7)).toBe('one two');
    expect(cut('ok \u202edeliaf\u2069')).toBe('ok deliaf');
  });

  test('is never cut inside of a character', () => {
    expect(cut('🚀🚀🚀🚀', 4)).toBe('🚀…');
  });
});

test.each<[JobState, string]>([
  [jobs.blocked, 'pending'],
  [jobs.queued, 'pending'],
  [jobs.leased, 'pending'],
  [jobs.cancelling, 'pending'],
  [jobs.finishing, 'pending'],
  [settled('passed'), 'success'],
  [settled('failed'), 'failure'],
  [settled('timed-out'), 'failure'],
  [settled('errored'), 'error'],
  [settled('cancelled'), 'error'],
  [settled('superseded'), 'error'],
  [settled('skipped'), 'error'],
  [outOfScope, 'success'],
  [leftOut, 'failure'],
])('a job becomes %s', (job, state) => {
  expect(forgeStateOf(job)).toBe(state);
});

test('the default suite has the short context', () => {
  expect(statusContext('debian-12', 'default')).toBe('paddock/debian-12');
  expect(statusContext('debian-12', 'e2e')).toBe('paddock/debian-12/e2e');
});

test('every shape is one character', () => {
  for (const shape of Object.values(shapes)) expect([...shape]).toHaveLength(1);
});
