import { describe, expect, test } from 'vitest';
import { plan } from '#coordinator/fleet/plan.ts';
import { limits } from '#shared/limits.ts';
import { imageOf, poolOf } from '../support/brain-lab.ts';
import { hostOf, type LiveStatus, linuxPool, machineOf, now, planned, snapshotOf } from './snapshots.ts';

const every: LiveStatus[] = ['requested', 'booting', 'ready', 'busy', 'retiring'];
const idle: LiveStatus[] = ['requested', 'booting', 'ready'];
const pools = [linuxPool({ max: 9, warm: 0 })];

/** Who of one machine per status is retired or given up. */
const ended = (facts: Parameters<typeof planned>[0], machine: Parameters<typeof machineOf>[2] = {}) =>
  planned({ pools, ...facts, machines: every.map(status => machineOf(status, status, machine)) });

test('machines that are wanted and well are left alone', () => {
  expect(ended({})).toEqual([]);
});

describe('a machine that does not report in', () => {
  const late = { forMs: limits.bootDeadlineMs + 1 };

  test('is retired after the time its image gives it to boot', () => {
    expect(ended({}, late)).toEqual(['retire requested (boot-failed)', 'retire booting (boot-failed)']);
    expect(ended({}, { forMs: limits.bootDeadlineMs })).toEqual([]);
    expect(ended({}, { ...late, bootDeadlineMs: 10 * limits.bootDeadlineMs })).toEqual([]);
  });

  test('has the time beside it in which its host fetched files of its image, up to the bound of a fetch', () => {
    expect(ended({}, { ...late, fetchingMs: 1 })).toEqual([]);
    const forMs = limits.bootDeadlineMs + limits.imageFetchMs;
    const requested = machineOf('m1', 'requested', { forMs, fetchingMs: forMs });
    expect(planned({ pools, machines: [requested] })).toEqual([]);
    const { actions } = plan(
      snapshotOf({ machines: [machineOf('m1', 'requested', { forMs: forMs + 1, fetchingMs: forMs + 1 })] }),
      now,
    );
    expect(actions).toMatchObject([
      {
        cause: 'boot-failed',
        reason: 'did not report in within 120 s, after 3600 s in which its host fetched files of the image',
      },
    ]);
  });

  test('gets more time when we were not there to hear it', () => {
    expect(ended({ isAttentive: false }, late)).toEqual([]);
  });
});

describe('a machine whose host', () => {
  const silent = { hosts: [hostOf('shed', { lastSeenAt: now - limits.hostSilenceMs })] };

  test('is being drained goes, unless it has an attempt', () => {
    const hosts = [hostOf('shed', { isDraining: true })];
    expect(ended({ hosts })).toEqual(idle.map(status => `retire ${status} (draining)`));
  });

  test('has lost a label that it needs goes, unless it has an attempt', () => {
    const needs = { labels: { site: 'berlin', disk: 'nvme' }, resources: {} };
    const hosts = [hostOf('shed', { traits: { labels: { site: 'ulm', disk: 'nvme' }, resources: {} } })];
    expect(ended({ hosts }, { needs })).toEqual(idle.map(status => `retire ${status} (misplaced)`));
    const { actions } = plan(snapshotOf({ hosts, machines: [machineOf('m', 'ready', { needs })] }), now);
    expect(actions).toMatchObject([{ reason: 'its host has not site=berlin any more' }]);
  });

  test('has less of what it took than was counted before stays: it is there', () => {
    const needs = { labels: {}, resources: { gpu: 1 } };
    expect(ended({}, { needs })).toEqual([]);
  });

  test('is silent goes too, and is not blamed for not having booted', () => {
    const silence = idle.map(status => `retire ${status} (host-silent)`);
    expect(ended(silent)).toEqual(silence);
    expect(ended(silent, { forMs: limits.bootDeadlineMs + 1 }).slice(0, 3)).toEqual(silence);
    expect(ended({ hosts: [] })).toEqual(silence);
  });

  test('is silent and does not say what became of it counts no longer, after a while', () => {
    const retiring = (forMs: number) => ({ ...silent, machines: [machineOf('m1', 'retiring', { forMs })] });
    expect(planned(retiring(limits.retireDeadlineMs))).toEqual([]);
    expect(planned(retiring(limits.retireDeadlineMs + 1))).toEqual(['give up m1']);
    const there = { machines: [machineOf('m1', 'retiring', { forMs: 9 * limits.retireDeadlineMs })] };
    expect(planned(there)).toEqual([]);
  });

  test('seems silent because we were away stays, and still counts as available', () => {
    expect(ended({ ...silent, isAttentive: false }, { forMs: limits.retireDeadlineMs + 1 })).toEqual([]);
    const hosts = [...silent.hosts, hostOf('attic')];
    const machines = [machineOf('m1', 'ready')];
    expect(planned({ pools, hosts, machines, isAttentive: false, queue: { linux: 1 } })).toEqual([]);
  });
});

test('a machine that could not take another job to its end goes, unless it has one', () => {
  const left = (ms: number) => ({ expiresAt: now + ms });
  expect(ended({}, left(limits.jobDeadlineMs))).toEqual([]);
  expect(ended({}, left(limits.jobDeadlineMs - 1))).toEqual(idle.map(status => `retire ${status} (expired)`));
});

test('a machine of an image that nobody configures goes, unless it has an attempt', () => {
  expect(ended({ pools: [] })).toEqual(idle.map(status => `retire ${status} (unconfigured)`));
});

describe('ready machines that nobody asked for in a while', () => {
  const [minute, forMs] = [60_000, 60_001];
  const three = ['a', 'b', 'c'].map((id, n) => machineOf(id, 'ready', { forMs: forMs + n * minute }));

  test('are given back, the oldest first, until the warm ones are left', () => {
    const keep = (warm: number) =>
      planned({ pools: [linuxPool({ max: 9, warm, idle: '1m' })], machines: three });
    expect(keep(0)).toEqual(['retire c (idle)', 'retire b (idle)', 'retire a (idle)']);
    expect(keep(2)).toEqual(['retire c (idle)']);
    expect(keep(3)).toEqual([]);
  });

  test('stay while there is a queue, or not long enough', () => {
    const hasty = [linuxPool({ max: 3, idle: '1m' })];
    expect(planned({ pools: hasty, machines: three, queue: { linux: 1 } })).toEqual([]);
    expect(planned({ pools: [linuxPool({ max: 3, idle: '1h' })], machines: three })).toEqual([]);
  });

  test('stay when they are computers rather than guests', () => {
    const pool = poolOf(imageOf('linux', { reuse: 'static' }), { max: 3, idle: '1m' });
    expect(planned({ pools: [pool], machines: three })).toEqual([]);
  });

  test('go once, for one reason', () => {
    const machines = [machineOf('a', 'ready', { forMs, expiresAt: now })];
    expect(planned({ pools: [linuxPool({ idle: '1m' })], machines })).toEqual(['retire a (expired)']);
  });
});

test.each([
  [{ forMs: 9_999_999 }, {}, 'did not report in within 120 s'],
  [{ expiresAt: now }, {}, 'too old to take another job'],
  [{}, { pools: [] }, 'its image is not configured any more'],
  [{}, { hosts: [] }, 'its host has not reported for 30 s'],
  [{}, { hosts: [hostOf('shed', { isDraining: true })] }, 'its host is being drained'],
])('every end has a reason: %o %o', (machine, facts, reason) => {
  const machines = [machineOf('m1', 'booting', machine)];
  expect(plan(snapshotOf({ machines, ...facts }), now).actions).toMatchObject([{ type: 'retire', reason }]);
});
