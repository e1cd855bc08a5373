import { expect, test } from 'vitest';
import {
  afterFailure,
  type ForgeHold,
  type OutboxEntry,
  type OutboxFacts,
  planOutbox,
  shutUntil,
  type Urgency,
} from '#coordinator/github/outbox-policy.ts';
import { limits } from '#shared/limits.ts';

const start = 1_700_000_000_000;
const minute = 60_000;

const entry = (id: string, more: Partial<OutboxEntry<string>> = {}): OutboxEntry<string> => ({
  id,
  key: id,
  urgency: 'phase',
  createdAt: start,
  tries: 0,
  nextAt: start,
  payload: id,
  ...more,
});

const plan = (pending: OutboxEntry<string>[], more: Partial<OutboxFacts<string>> = {}) => {
  const facts = { pending, underWay: new Set<string>(), hold: null, now: start, ...more };
  const { send, ...rest } = planOutbox(facts);
  return { send: send.map(({ id }) => id), ...rest };
};

const nothing = { send: [], drop: [], inherit: [], wakeAt: null };

test('nothing pending, nothing to do', () => {
  expect(plan([])).toEqual(nothing);
});

test('of one context only the newest is sent; those before it are superseded', () => {
  const pending = [entry('a', { key: 'x' }), entry('b', { key: 'y' }), entry('c', { key: 'x' })];
  expect(plan(pending)).toEqual({
    ...nothing,
    send: ['c', 'b'],
    drop: [{ id: 'a', reason: 'superseded' }],
  });
});

test('while a post is under way its context waits, so that GitHub sees the order in which it was written', () => {
  const pending = [entry('a', { key: 'x' }), entry('b', { key: 'x' }), entry('c', { key: 'x' }), entry('d')];
  expect(plan(pending, { underWay: new Set(['a']) })).toEqual({
    ...nothing,
    send: ['d'],
    drop: [{ id: 'b', reason: 'superseded' }],
  });
});

test('verdicts go before phases, and waiting texts last', () => {
  const urgencies: Urgency[] = ['waiting', 'phase', 'verdict', 'waiting', 'verdict'];
  const pending = urgencies.map((urgency, index) => entry(`${urgency}-${index}`, { urgency }));
  expect(plan(pending).send).toEqual(['verdict-2', 'verdict-4', 'phase-1', 'waiting-0', 'waiting-3']);
});

test('no more than a batch is under way at once', () => {
  const pending = Array.from({ length: limits.outboxBatch + 5 }, (_, index) => entry(`e${index}`));
  expect(plan(pending).send).toHaveLength(limits.outboxBatch);
  const underWay = new Set(pending.slice(0, limits.outboxBatch - 3).map(({ id }) => id));
  expect(plan(pending, { underWay }).send).toHaveLength(3);
});

test('an entry that waits for its next try is left out until then', () => {
  const pending = [entry('a', { nextAt: start + 500 }), entry('b', { nextAt: start + 300 })];
  expect(plan(pending)).toEqual({ ...nothing, wakeAt: start + 300 });
  expect(plan(pending, { now: start + 300 })).toEqual({ ...nothing, send: ['b'], wakeAt: start + 500 });
});

test('a newer entry takes over the back-off of the one it replaces', () => {
  const pending = [entry('a', { key: 'x', tries: 3, nextAt: start + 900 }), entry('b', { key: 'x' })];
  expect(plan(pending)).toEqual({
    send: [],
    drop: [{ id: 'a', reason: 'superseded' }],
    inherit: [{ id: 'b', tries: 3, nextAt: start + 900 }],
    wakeAt: start + 900,
  });
});

test('a status that could not be posted for three days is given up', () => {
  const now = start + 73 * 60 * minute;
  const pending = [entry('old'), entry('new', { createdAt: now })];
  expect(plan(pending, { now })).toEqual({
    ...nothing,
    send: ['new'],
    drop: [{ id: 'old', reason: 'expired' }],
  });
});

test('while GitHub is down nothing is sent; when the hold ends one entry probes, and only one', () => {
  const pending = [entry('a', { nextAt: start + 10 }), entry('b'), entry('c')];
  const hold = { failures: 2, until: start + 1_000 };
  expect(plan(pending, { hold })).toEqual({ ...nothing, wakeAt: start + 1_000 });
  expect(plan(pending, { hold, now: start + 1_000 }).send).toEqual(['b']);
  expect(plan(pending, { hold, now: start + 1_000, underWay: new Set(['b']) }).send).toEqual([]);
});

test('the entry that has waited longest probes, whatever its urgency: one bad entry cannot hold all others', () => {
  const bad = entry('bad', { urgency: 'verdict', nextAt: start + 5 });
  const hold = { failures: 1, until: start };
  expect(plan([bad, entry('good', { urgency: 'waiting' })], { hold, now: start + 10 }).send).toEqual([
    'good',
  ]);
});

const fail = (more: Partial<Parameters<typeof afterFailure>[0]> = {}) =>
  afterFailure({
    entry: { tries: 0 },
    failure: { retry: 'backoff', isForgeWide: false },
    hold: null,
    now: start,
    random: 0.5,
    ...more,
  });

test('an entry that fails by itself backs off, doubling to a quarter of an hour, with jitter', () => {
  const delays = Array.from({ length: 12 }, (_, tries) => {
    const after = fail({ entry: { tries }, random: 1 });
    return 'nextAt' in after.entry ? (after.entry.nextAt - start) / 1_000 : null;
  });
  expect(delays).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  expect(fail({ random: 0 }).entry).toEqual({ tries: 1, nextAt: start + 1_000 });
});

test('what GitHub will never accept is dropped and holds nobody', () => {
  const hold = { failures: 1, until: start + 5 };
  expect(fail({ failure: { retry: 'never', isForgeWide: false }, hold })).toEqual({
    entry: { drop: 'refused' },
    hold,
  });
});

test('a rate limit holds everything for as long as GitHub asks, and is no fault of the entry', () => {
  expect(fail({ failure: { retry: { afterMs: 90_000 }, isForgeWide: true } })).toEqual({
    entry: { tries: 0, nextAt: start + 90_000 },
    hold: { failures: 1, until: start + 90_000 },
  });
});

const outage = { retry: 'backoff', isForgeWide: true } as const;

test('several posts that fail together count as one failure of GitHub', () => {
  const first = fail({ failure: outage });
  const second = fail({ failure: outage, hold: first.hold, now: start + 20 });
  expect([first.hold?.failures, second.hold?.failures]).toEqual([1, 1]);
  const probe = fail({ failure: outage, hold: second.hold, now: start + 10_000 });
  expect(probe.hold?.failures).toBe(2);
});

test('in a long outage a probe goes out about once a minute, and costs the entries nothing', () => {
  let hold: ForgeHold = { failures: 1, until: start };
  let tries = 1;
  let now = start;
  for (let probes = 0; probes < 60; probes++) {
    const after = fail({ failure: outage, hold, now, entry: { tries }, random: 1 });
    if ('tries' in after.entry) tries = after.entry.tries;
    hold = after.hold;
    now = hold?.until ?? 0;
  }
  expect(tries).toBe(1);
  expect(now - start).toBeGreaterThan(50 * minute);
  expect(now - start).toBeLessThanOrEqual(60 * minute);
});

/** What the shell need not read: the plan of anything at all sends nothing then, and something otherwise. */
test.each<{ name: string; underWay: number; hold: ForgeHold; until: ReturnType<typeof shutUntil> }>([
  { name: 'GitHub is well', underWay: 0, hold: null, until: null },
  { name: 'a batch has one place left', underWay: limits.outboxBatch - 1, hold: null, until: null },
  { name: 'a batch is under way', underWay: limits.outboxBatch, hold: null, until: 'post' },
  {
    name: 'GitHub is away',
    underWay: 0,
    hold: { failures: 1, until: start + minute },
    until: start + minute,
  },
  { name: 'a probe is due', underWay: 0, hold: { failures: 1, until: start }, until: null },
  { name: 'a probe is under way', underWay: 1, hold: { failures: 1, until: start }, until: 'post' },
])('whether anything can leave when $name', ({ underWay, hold, until }) => {
  const ids = Array.from({ length: underWay }, (_, index) => `e${index}`);
  const pending = [...ids.map(id => entry(id)), entry('next')];
  expect(shutUntil({ underWay, hold, now: start })).toBe(until);
  expect(plan(pending, { underWay: new Set(ids), hold }).send).toEqual(until === null ? ['next'] : []);
});
