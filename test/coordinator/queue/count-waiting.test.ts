import { afterEach, beforeEach, expect, test } from 'vitest';
import { countQueue, countsOf } from '#coordinator/queue/count-waiting.ts';
import { explainWait } from '#coordinator/queue/explain-wait.ts';
import type { WaitFacts } from '#coordinator/queue/wait-reason.ts';
import { type Lab, openLab } from '../support/brain-lab.ts';
import { addHost, addJob, addRun } from '../support/rows.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const counted = () => countQueue(lab.store.read, lab.waits);

test('nothing waits', async () => {
  expect(await counted()).toEqual({ counts: [], oldest: [] });
});

test('what keeps all of them waiting is counted for all; else one is next, and the others are behind it', async () => {
  const run = await addRun(lab);
  for (const suite of ['one', 'two', 'three']) await addJob(lab, { run, suite });
  lab.clock.now += 4_000;
  expect(await counted()).toEqual({
    counts: [{ image: 'linux', kind: 'no-host', count: 3 }],
    oldest: [{ image: 'linux', waitedMs: 4_000 }],
  });
  await addHost(lab);
  expect((await counted()).counts).toEqual([
    { image: 'linux', kind: 'requested', count: 1 },
    { image: 'linux', kind: 'behind', count: 2 },
  ]);
});

test('an untrusted job that nothing isolates waits for that, and one of an unknown image for that', async () => {
  const run = await addRun(lab, { isTrusted: false });
  const untrusted = await addJob(lab, { run, suite: 'one', isTrusted: false });
  await addJob(lab, { run, suite: 'two', image: 'plan-9', isTrusted: false });
  await addHost(lab, 'shed', { isolation: 'none' });
  expect(await explainWait(lab.store.read, untrusted, lab.waits)).toContain('isolates nothing');
  const { counts } = await counted();
  expect(counts).toHaveLength(2);
  expect(counts).toEqual(
    expect.arrayContaining([
      { image: 'linux', kind: 'not-isolated', count: 1 },
      { image: 'plan-9', kind: 'unknown-image', count: 1 },
    ]),
  );
});

test('of trusted and untrusted jobs of an image the oldest is the head of the line', () => {
  const facts: WaitFacts = {
    image: 'linux',
    ahead: 0,
    machines: { ready: 0, booting: 0, busy: 2, retiring: 0, max: 2 },
    hosts: { connected: 1, usable: 1 },
    ...{ quarantine: null, fetching: null, limit: null, typicalMs: null },
    ...{ isUnknown: false, isPaused: false, isDisabled: false, needsIsolation: false, isSettling: false },
  };
  const groups = [
    { image: 'linux', isTrusted: true, count: 5, since: 20 },
    { image: 'linux', isTrusted: false, count: 2, since: 10 },
  ];
  expect(countsOf(groups, [facts, facts])).toEqual([
    { image: 'linux', kind: 'all-busy', count: 1 },
    { image: 'linux', kind: 'behind', count: 6 },
  ]);
  expect(countsOf(groups, [facts, { ...facts, needsIsolation: true }])).toEqual([
    { image: 'linux', kind: 'not-isolated', count: 2 },
    { image: 'linux', kind: 'all-busy', count: 1 },
    { image: 'linux', kind: 'behind', count: 4 },
  ]);
});
