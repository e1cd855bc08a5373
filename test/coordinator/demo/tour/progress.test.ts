import { expect, test } from 'vitest';
import type { StatusRecord, StatusState } from '#coordinator/demo/github-stand-in/records.ts';
import { guideOf } from '#coordinator/demo/tour/guide.ts';
import { type Facts, obstacleTo, stepsDone, summaryOf } from '#coordinator/demo/tour/progress.ts';

const statuses = (states: Record<string, StatusState>): StatusRecord[] =>
  Object.entries(states).map(([suite, state], id) => ({
    id,
    sha: 'a'.repeat(40),
    state,
    context: `paddock/debian-12/${suite}`,
    description: null,
    targetUrl: null,
    at: 0,
  }));

const facts = (differing: Partial<Facts>): Facts => ({
  status: 'open',
  isBroken: false,
  isBusy: false,
  commits: 2,
  head: statuses({ unit: 'success', style: 'success' }),
  merge: [],
  ...differing,
});

test('a button that cannot be pressed says what it waits for', () => {
  const flying = facts({ head: statuses({ unit: 'success', flight: 'pending', style: 'failure' }) });
  expect(obstacleTo('merge', flying)).toBe('waits for flight, style to pass');
  expect(obstacleTo('merge', facts({ head: [] }))).toBe('waits for the first status');
  expect(obstacleTo('merge', facts({}))).toBeNull();
  expect(obstacleTo('long', facts({ isBusy: true }))).toBe('another button is at work');
  expect(obstacleTo('open', facts({}))).toBe('this one is open');
  const merged = facts({ status: 'merged' });
  expect(obstacleTo('open', merged)).toBeNull();
  for (const act of ['break', 'fix', 'long', 'merge'] as const)
    expect(obstacleTo(act, merged)).toBe('this one is merged');
});

test('a step is done by its verdict, not by the press', () => {
  expect(stepsDone(facts({}))).toEqual(['fix']);
  expect(stepsDone(facts({ commits: 1 }))).toEqual([]);
  expect(stepsDone(facts({ isBroken: true }))).toEqual([]);
  expect(stepsDone(facts({ head: statuses({ unit: 'pending' }) }))).toEqual([]);
  const landed = (dist: StatusState) => facts({ merge: statuses({ unit: 'success', dist }) });
  expect(stepsDone(landed('pending'))).toEqual(['fix']);
  expect(stepsDone(landed('success'))).toEqual(['fix', 'merge']);
  expect(stepsDone(facts({ merge: statuses({ unit: 'success' }) }))).toEqual(['fix']);
});

test('the guide points at the first step that is not done, whatever was done after it', () => {
  const standings = guideOf(new Set(['read', 'watch'])).map(({ standing }) => standing);
  expect(standings).toEqual(['done', 'now', 'done', 'later', 'later']);
});

test('a commit is summed up in a few words', () => {
  expect(summaryOf([])).toBe('no status yet');
  expect(summaryOf(statuses({ unit: 'success', style: 'success' }))).toBe('all 2 passed');
  const mixed = statuses({ unit: 'failure', style: 'success', flight: 'pending', docs: 'error' });
  expect(summaryOf(mixed)).toBe('not passed: unit, docs · pending: flight · passed: style');
});
