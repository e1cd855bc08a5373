import { describe, expect, test } from 'vitest';
import { isTheirs, isUnderWay, markOf } from '#coordinator/web/parts/standings.ts';
import { endOfFailure, linesOf } from '#coordinator/web/run/excerpt-query.ts';
import { gatherFailures } from '#coordinator/web/run/gather-failures.ts';
import { matrixOf } from '#coordinator/web/run/matrix-of.ts';
import { durationsOf, longestOf, timelineOf } from '#coordinator/web/run/timeline-of.ts';
import { standing } from '#shared/api.ts';
import { phasesOf, stepsOf } from '#shared/run-timeline.ts';
import { jobOf, spanOf } from './samples.ts';

const exited = (message: string) => ({ reason: 'exited', exitCode: 1, step: 0, message }) as const;

describe('failures', () => {
  test('of jobs that never ran say why', () => {
    const text = 'failed: unit on a is required by main: it is left out';
    const [gone] = gatherFailures([jobOf(1, { standing: 'failed', attempts: 0, text })], []);
    expect(gone?.message).toBe('unit on a is required by main: it is left out');
  });

  test('are gathered over all systems that say the same, those of most systems first', () => {
    const jobs = [
      jobOf(1, { image: 'a', standing: 'failed' }),
      jobOf(2, { image: 'b', standing: 'passed' }),
      jobOf(3, { image: 'c', standing: 'failed' }),
      jobOf(4, { image: 'd', standing: 'failed' }),
    ];
    const attempts = [
      spanOf(1, { end: exited('make: exit 1') }),
      spanOf(3, { end: exited('make check: exit 1') }),
      spanOf(4, { end: exited('make check: exit 1') }),
    ];
    expect(
      gatherFailures(jobs, attempts).map(({ message, jobs, of }) => [
        message,
        jobs.map(({ image }) => image),
        of,
      ]),
    ).toEqual([
      ['make check: exit 1', ['c', 'd'], 4],
      ['make: exit 1', ['a'], 4],
    ]);
  });

  test('of the author come before what could not be tested, however often that was', () => {
    const jobs = [
      jobOf(1, { standing: 'errored' }),
      jobOf(2, { standing: 'errored', image: 'b' }),
      jobOf(3, { standing: 'timed-out', suite: 'slow' }),
      jobOf(4, { standing: 'failed', suite: 'lint' }),
    ];
    expect(gatherFailures(jobs, []).map(({ standing }) => standing)).toEqual([
      'failed',
      'timed-out',
      'errored',
    ]);
  });

  test('are told with what the newest attempt said', () => {
    const attempts = [spanOf(1, { end: exited('first') }), spanOf(1, { number: 2, end: exited('second') })];
    expect(gatherFailures([jobOf(1, { standing: 'failed' })], attempts)[0]?.message).toBe('second');
  });
});

test('the table has suites and images in the order of the run', () => {
  const jobs = [
    jobOf(1, { image: 'b' }),
    jobOf(2, { image: 'a' }),
    jobOf(3, { suite: 'build', image: 'a', stage: 'on-merge' }),
  ];
  const { suites, images, jobAt } = matrixOf(jobs);
  expect(images).toEqual(['b', 'a']);
  expect(suites).toEqual([
    { name: 'unit', isOnMerge: false },
    { name: 'build', isOnMerge: true },
  ]);
  expect([jobAt('build', 'a'), jobAt('build', 'b')]).toEqual([jobs[2], undefined]);
});

const times = { queuedAt: 0, leasedAt: 10, sourceAt: 12, stepsAt: 15, uploadsAt: null, endedAt: 40 };

describe('phases', () => {
  test('follow each other, and the last ends with its attempt', () =>
    expect(phasesOf(times)).toEqual([
      { phase: 'queue', from: 0, to: 10 },
      { phase: 'start', from: 10, to: 12 },
      { phase: 'source', from: 12, to: 15 },
      { phase: 'steps', from: 15, to: 40 },
    ]));

  test('of an attempt that runs have no end yet', () =>
    expect(phasesOf({ ...times, endedAt: null }).at(-1)).toEqual({ phase: 'steps', from: 15, to: null }));

  test('of later attempts go on where the one before ended', () => {
    const attempts = [
      spanOf(1, { times }),
      spanOf(1, { number: 2, times: { ...times, leasedAt: 60, sourceAt: null, stepsAt: null, endedAt: 80 } }),
    ];
    const timeline = timelineOf([jobOf(1), jobOf(2)], attempts);
    expect(timeline?.from).toBe(0);
    expect(timeline?.rows).toHaveLength(1);
    expect(timeline?.rows[0]?.spans.slice(-2)).toEqual([
      { phase: 'queue', from: 40, to: 60 },
      { phase: 'start', from: 60, to: 80 },
    ]);
  });

  test('tell of a machine only when it was asked for while the job waited', () => {
    expect(phasesOf(times, 4).slice(0, 3)).toEqual([
      { phase: 'queue', from: 0, to: 4 },
      { phase: 'boot', from: 4, to: 10 },
      { phase: 'start', from: 10, to: 12 },
    ]);
    for (const earlier of [-1, 10]) expect(phasesOf(times, earlier)).toEqual(phasesOf(times));
  });

  test('of steps are drawn step by step, and the last to end says where its time went', () => {
    const mark = { seq: 0, offset: 0, lateBytes: 0 };
    const steps = stepsOf(
      [
        { ...mark, type: 'step-started', at: 15, step: 0 },
        { ...mark, type: 'step-ended', at: 20, step: 0, exitCode: 0 },
        { ...mark, type: 'step-started', at: 20, step: 1 },
      ],
      ['npm ci'],
      times,
    );
    expect(steps).toEqual([
      { index: 0, name: 'npm ci', from: 15, to: 20, exitCode: 0 },
      { index: 1, name: 'step 2', from: 20, to: 40, exitCode: null },
    ]);
    const jobs = [jobOf(1), jobOf(2, { image: 'netbsd-10' })];
    const early = { ...times, endedAt: 30 };
    const rows = timelineOf(jobs, [spanOf(1, { times: early }), spanOf(2, { times, steps })])?.rows ?? [];
    expect(rows[1]?.pieces.map(({ phase, from }) => [phase, from])).toEqual([
      ...[
        ['queue', 0],
        ['start', 10],
        ['source', 12],
      ],
      ...[
        ['steps', 15],
        ['steps', 20],
      ],
    ]);
    expect(longestOf(rows)).toEqual({ job: jobs[1], totalMs: 40, phase: 'steps', phaseMs: 25 });
    expect(durationsOf(rows[1]?.spans ?? [], 99).get('queue')).toBe(10);
    const live = timelineOf([jobOf(1)], [spanOf(1, { times: { ...times, endedAt: null } })])?.rows ?? [];
    expect(longestOf(live)).toBe(null);
  });

  test('of a run that nobody has begun are none', () => expect(timelineOf([jobOf(1)], [])).toBeNull());
});

describe('the end of a failure', () => {
  const mark = (type: 'step-started' | 'step-ended', step: number, exitCode = 0) =>
    type === 'step-started'
      ? ({ type, seq: 0, at: 0, offset: 0, step } as const)
      : ({ type, seq: 0, at: 0, offset: 0, step, exitCode, lateBytes: 0 } as const);
  const log = { bytes: 0, lines: 90, seal: null, moments: [] };

  test('is that of the first step that failed', () => {
    const marks = [
      mark('step-started', 0),
      mark('step-ended', 0),
      mark('step-started', 1),
      mark('step-ended', 1, 2),
    ];
    const places = [0, 10, 10, 50].map(line => ({ line, column: 0 }));
    expect(endOfFailure({ ...log, marks, places })).toBe(50);
    expect(endOfFailure({ ...log, marks, places: [...places.slice(0, 3), { line: 50, column: 4 }] })).toBe(
      51,
    );
  });

  test('is that of the log when no step has one', () =>
    expect(endOfFailure({ ...log, marks: [], places: [] })).toBe(90));

  test('is read without what a terminal would obey, and without empty lines at its end', () =>
    expect(linesOf(btoa('\u001b[31mnot ok\u001b[0m 1\n\n  at parser.c:88\n\n\n'))).toEqual([
      'not ok 1',
      '',
      '  at parser.c:88',
    ]));
});

test('the tab has four marks, and every standing has one', () => {
  expect(standing.options.map(each => [each, markOf(each)])).toEqual([
    ['preparing', 'idle'],
    ['blocked', 'idle'],
    ['queued', 'idle'],
    ['running', 'running'],
    ['refused', 'failed'],
    ['empty', 'idle'],
    ['passed', 'passed'],
    ['failed', 'failed'],
    ['errored', 'idle'],
    ['cancelled', 'idle'],
    ['superseded', 'idle'],
    ['timed-out', 'failed'],
    ['skipped', 'idle'],
  ]);
  expect(markOf(null)).toBe('idle');
  expect(standing.options.filter(isUnderWay)).toEqual(['preparing', 'blocked', 'queued', 'running']);
  // Whoever wrote the commit is never told that a lost machine is his to mend.
  expect(standing.options.filter(isTheirs)).toEqual(['refused', 'failed', 'timed-out']);
});
