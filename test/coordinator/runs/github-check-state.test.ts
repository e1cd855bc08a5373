import { expect, test } from 'vitest';
import { type CheckedJob, checkOf } from '#coordinator/runs/check-state.ts';
import type { CheckPayload } from '#coordinator/store/forge-payloads.ts';
import type { AttemptId } from '#shared/ids.ts';
import type { JobState, Outcome } from '#shared/job.ts';
import type { RunState } from '#shared/run.ts';
import { commitOf } from '../support/rows.ts';

const facts = { kind: 'repeatable', lastAttempt: 1, retries: 0 } as const;
const attempt = `attempt_${'0'.repeat(26)}` as AttemptId;
const settled = (outcome: Outcome, more: object = {}): JobState =>
  ({ status: 'settled', outcome, message: '', settledAt: 1, attempt, ...facts, ...more }) as JobState;
const job = (name: string, state: JobState, isRequired = false, text = ''): CheckedJob => ({
  name,
  state,
  isRequired,
  text,
});
const queued: JobState = { status: 'queued', queuedAt: 1, avoid: null, ...facts, lastAttempt: 0 };
const blocked = (on: 'needs' | 'approval'): JobState => ({ status: 'blocked', on, ...facts, lastAttempt: 0 });
const running = { status: 'finishing', ...facts } as unknown as JobState;
const planned: RunState = { status: 'planned', at: 1 };
const skippedByPlan = settled('skipped', { byPlan: 'out-of-scope' });

const done = (conclusion: string, title: string) => ({ status: 'completed', conclusion, title });

test.each<[string, RunState, CheckedJob[], object]>([
  [
    'a run that is prepared',
    { status: 'preparing', tries: 0, nextAt: 1, message: null },
    [],
    { status: 'queued', title: 'fetching the commit' },
  ],
  [
    'jobs that wait',
    planned,
    [job('a', queued), job('b', blocked('needs'))],
    { status: 'queued', title: '0 of 2 jobs done' },
  ],
  [
    'a job that runs',
    planned,
    [job('a', running), job('b', queued)],
    { status: 'in_progress', title: '0 of 2 jobs done, 1 running' },
  ],
  [
    'one of two that has ended',
    planned,
    [job('a', settled('failed')), job('b', queued)],
    { status: 'in_progress', title: '1 of 2 jobs done' },
  ],
  [
    'a fork that waits for a maintainer',
    planned,
    [job('a', blocked('approval')), job('b', skippedByPlan)],
    done('action_required', 'waiting for a maintainer to approve 0000000'),
  ],
  [
    'all that passed',
    planned,
    [job('a', settled('passed')), job('b', settled('passed'))],
    done('success', '2 jobs passed'),
  ],
  [
    'one that passed and one left out by its paths',
    planned,
    [job('a', settled('passed')), job('b', skippedByPlan)],
    done('success', '1 job passed'),
  ],
  ['nothing that had to run', planned, [job('a', skippedByPlan)], done('skipped', 'all jobs are skipped')],
  [
    'a failure before an error',
    planned,
    [
      job('a', settled('errored'), false, 'lost'),
      job('b', settled('failed'), false, 'failed: exit 2'),
      job('c', settled('skipped')),
    ],
    done('failure', 'b failed: exit 2; 1 more job did not pass'),
  ],
  [
    'one over its time',
    planned,
    [job('a', settled('timed-out'), false, 'timed out after 1:00')],
    done('timed_out', 'a timed out after 1:00'),
  ],
  [
    'a commit that was overtaken',
    planned,
    [job('a', settled('superseded'), false, 'superseded by a newer commit')],
    done('cancelled', 'a superseded by a newer commit'),
  ],
  [
    'an advisory failure beside what is required',
    planned,
    [job('a', settled('passed'), true), job('b', settled('failed'))],
    done('success', '1 required job passed, 1 advisory one did not'),
  ],
  [
    'a required failure beside what is advisory',
    planned,
    [job('a', settled('failed'), true, 'exit 1'), job('b', settled('passed'))],
    done('failure', 'a exit 1'),
  ],
  [
    'a bad suite file',
    { status: 'refused', at: 1, message: '.paddock.yml:3:1 unknown key', position: null },
    [],
    done('failure', '.paddock.yml:3:1 unknown key'),
  ],
  [
    'nothing to test',
    { status: 'empty', at: 1, message: 'no .paddock.yml' },
    [],
    done('neutral', 'no .paddock.yml'),
  ],
  [
    'a run that was dropped',
    { status: 'dropped', at: 1, reason: 'superseded', message: '1a2b3c4 is newer' },
    [],
    done('cancelled', '1a2b3c4 is newer'),
  ],
])('%s', (_, run, jobs, expected) => {
  expect(checkOf(run, commitOf(0), jobs)).toEqual(expected as CheckPayload);
});

test('a title is never longer than people read, whatever jobs say', () => {
  const check = checkOf(planned, commitOf(0), [
    job('a', settled('failed'), false, 'x'.repeat(500)),
    job('b', settled('failed')),
  ]);
  expect(check.title.length).toBeLessThanOrEqual(140);
  expect(check.title).toContain('; 1 more job did not pass');
});
