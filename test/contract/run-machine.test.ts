import { describe, expect, test } from 'vitest';
import type { JobState } from '#shared/job.ts';
import { refusedFor } from '#shared/refusals/work.ts';
import { type RunEvent, type RunState, standingOf } from '#shared/run.ts';
import { decideRun } from '#shared/run-machine.ts';
import { decisionText } from './decision-text.ts';
import { jobs } from './job-samples.ts';

const runs: { [Status in RunState['status']]: Extract<RunState, { status: Status }> } = {
  preparing: { status: 'preparing', tries: 1, nextAt: 100, message: null },
  planned: { status: 'planned', at: 100 },
  refused: { status: 'refused', at: 100, message: 'bad file', position: null },
  empty: { status: 'empty', at: 100, message: 'no suite file' },
  dropped: { status: 'dropped', at: 100, reason: 'superseded', message: 'newer commit' },
};

const events: { [Type in RunEvent['type']]: Extract<RunEvent, { type: Type }> } = {
  planned: { type: 'planned', at: 200 },
  refused: {
    type: 'refused',
    at: 200,
    message: 'bad file',
    position: { file: '.paddock.yml', line: 12, column: 5 },
    refusal: refusedFor('suite-file-refused'),
  },
  'found-empty': { type: 'found-empty', at: 200, message: 'no suite file' },
  'back-filled': { type: 'back-filled', at: 200 },
  'base-changed': { type: 'base-changed', at: 200 },
  'preparation-failed': {
    ...{ type: 'preparation-failed', at: 200, message: 'no route', retryAt: 300 },
    refusal: refusedFor('source-unreachable'),
  },
  'cancel-requested': { type: 'cancel-requested', at: 200, reason: 'superseded', message: 'newer commit' },
  'rerun-requested': { type: 'rerun-requested', at: 200 },
};

const [stale, unchanged] = ['rejected: stale', 'rejected: unchanged'];
const prepare = 'preparing: wake-preparation';

/** Every cell: what becomes of a run in this status on this event. */
const table: Record<RunState['status'], Record<RunEvent['type'], string>> = {
  preparing: {
    planned: 'planned: withdraw-refusal',
    refused: 'refused: publish-refusal',
    'found-empty': 'empty: withdraw-refusal',
    'back-filled': unchanged,
    'base-changed': unchanged,
    'preparation-failed': prepare,
    'cancel-requested': 'dropped',
    'rerun-requested': unchanged,
  },
  planned: {
    planned: unchanged,
    refused: stale,
    'found-empty': stale,
    'back-filled': 'planned',
    'base-changed': 'preparing: reopen-plan, wake-preparation',
    'preparation-failed': stale,
    'cancel-requested': 'planned: cancel-jobs',
    'rerun-requested': 'planned: rerun-jobs',
  },
  refused: {
    planned: stale,
    refused: unchanged,
    'found-empty': stale,
    'back-filled': stale,
    'base-changed': prepare,
    'preparation-failed': stale,
    'cancel-requested': unchanged,
    'rerun-requested': prepare,
  },
  empty: {
    planned: stale,
    refused: stale,
    'found-empty': unchanged,
    'back-filled': 'planned',
    'base-changed': prepare,
    'preparation-failed': stale,
    'cancel-requested': unchanged,
    'rerun-requested': prepare,
  },
  dropped: {
    planned: stale,
    refused: stale,
    'found-empty': stale,
    'back-filled': stale,
    'base-changed': unchanged,
    'preparation-failed': stale,
    'cancel-requested': unchanged,
    'rerun-requested': prepare,
  },
};

const cells = Object.values(runs).flatMap(run => Object.values(events).map(event => ({ run, event })));

test.each(cells)('a $run.status run on $event.type', ({ run, event }) => {
  expect(decisionText(decideRun(run, event))).toBe(table[run.status][event.type]);
});

describe('a run that is being prepared', () => {
  test('is tried again at the time given, counting the tries and keeping the reason', () => {
    const expected = { status: 'preparing', tries: 2, nextAt: 300, message: 'no route' };
    expect(decideRun(runs.preparing, events['preparation-failed'])).toMatchObject({ state: expected });
  });

  test('is refused when trying again cannot help', () => {
    const decision = decideRun(runs.preparing, { ...events['preparation-failed'], retryAt: null });
    expect(decision).toEqual({
      state: {
        ...{ status: 'refused', at: 200, message: 'no route', position: null },
        refusal: { code: 'source-unreachable', cause: null },
      },
      effects: [{ type: 'publish-refusal', message: 'no route' }],
    });
  });

  test('is refused with the position of the mistake', () => {
    const state = { position: { file: '.paddock.yml', line: 12, column: 5 } };
    expect(decideRun(runs.preparing, events.refused)).toMatchObject({ state });
  });
});

test('a run that is prepared anew has all its tries again, at once', () => {
  const expected = { status: 'preparing', tries: 0, nextAt: 200, message: null };
  expect(decideRun(runs.refused, events['rerun-requested'])).toMatchObject({ state: expected });
});

test('a cancelled run hands the reason on to its jobs', () => {
  const effect = { type: 'cancel-jobs', reason: 'superseded', message: 'newer commit' };
  expect(decideRun(runs.planned, events['cancel-requested'])).toMatchObject({ effects: [effect] });
});

describe('the one word for a run', () => {
  const settled = (outcome: 'passed' | 'failed' | 'errored' | 'timed-out' | 'skipped' | 'cancelled') =>
    ({ ...jobs.settled, outcome }) satisfies JobState;
  const { blocked, queued, leased, finishing, cancelling } = jobs;

  test.each<[string, JobState[]]>([
    ['running', [blocked, queued, leased, settled('failed')]],
    ['running', [finishing, settled('passed')]],
    ['running', [cancelling, queued]],
    ['queued', [queued, blocked, settled('failed')]],
    ['blocked', [blocked, settled('passed')]],
    ['failed', [settled('passed'), settled('errored'), settled('failed'), settled('timed-out')]],
    ['timed-out', [settled('errored'), settled('timed-out')]],
    ['errored', [settled('errored'), settled('cancelled')]],
    ['cancelled', [settled('cancelled'), settled('passed')]],
    ['passed', [settled('passed'), settled('skipped')]],
    ['skipped', [settled('skipped')]],
    ['empty', []],
  ])('is %s', (word, states) => {
    expect(standingOf(runs.planned, states)).toBe(word);
  });

  test.each([
    ['preparing', runs.preparing],
    ['refused', runs.refused],
    ['empty', runs.empty],
    ['superseded', runs.dropped],
    ['cancelled', { ...runs.dropped, reason: 'cancelled' } as const],
  ])('is %s before there are jobs', (word, run) => {
    expect(standingOf(run, [])).toBe(word);
  });
});

describe('a run that is planned for another base', () => {
  const again: RunState = { ...runs.preparing, plannedAt: 50 };

  test.each([
    ['that is planned leaves its summary to its jobs', again, events.planned, 'planned'],
    [
      'that cannot be planned says so, and nothing waits in vain',
      again,
      events.refused,
      'refused: end-reopened, publish-refusal',
    ],
    [
      'that is cancelled cancels its jobs, and waits for no plan',
      again,
      events['cancel-requested'],
      'planned: cancel-jobs, publish-summary',
    ],
    [
      'that was refused and is cancelled does so too',
      { ...runs.refused, plannedAt: 50 },
      events['cancel-requested'],
      'refused: cancel-jobs',
    ],
  ] as [string, RunState, RunEvent, string][])('%s', (_, run, event, text) => {
    expect(decisionText(decideRun(run, event))).toBe(text);
  });

  test.each([
    ['after a try that failed', again, events['preparation-failed']],
    ['after a refusal', { ...runs.refused, plannedAt: 50 }, events['rerun-requested']],
  ] as [string, RunState, RunEvent][])('knows %s that it has jobs', (_, run, event) => {
    expect(decideRun(run, event)).toMatchObject({ state: { status: 'preparing', plannedAt: 50 } });
  });
});
