import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plan } from '#coordinator/fleet/plan.ts';
import { limits } from '#shared/limits.ts';
import { imageOf, poolOf } from '../support/brain-lab.ts';
import {
  backoffOn,
  hostOf,
  type LiveStatus,
  linux,
  linuxPool,
  machineOf,
  now,
  planned,
  snapshotOf,
} from './snapshots.ts';

const create = (count: number, on = 'shed', image = 'linux') =>
  Array<string>(count).fill(`create ${image} on ${on}`);

describe('how many', () => {
  const pools = [linuxPool({ max: 4, warm: 0 })];

  test.each([
    ['nothing while nobody asks', 0, [], 0],
    ['one per queued job', 3, [], 3],
    ['never more than the pool may have', 9, [], 4],
    ['none where one is on its way or ready', 2, ['requested', 'ready'], 0],
    ['one more where a machine is busy', 1, ['busy'], 1],
    ['none while those on their way out still exist', 4, ['busy', 'busy', 'retiring', 'retiring'], 0],
  ] as [string, number, LiveStatus[], number][])('%s', (_, linuxQueued, statuses, count) => {
    const machines = statuses.map((status, n) => machineOf(`m${n}`, status));
    expect(planned({ pools, machines, queue: { linux: linuxQueued } })).toEqual(create(count));
  });

  test('the warm ones are kept beside those that the queue takes', () => {
    const warm = [linuxPool({ max: 9, warm: 2 })];
    expect(planned({ pools: warm })).toEqual(create(2));
    expect(planned({ pools: warm, queue: { linux: 3 } })).toEqual(create(5));
    const machines = [machineOf('m1', 'ready'), machineOf('m2', 'busy')];
    expect(planned({ pools: warm, machines })).toEqual(create(1));
  });

  test('what is about to go does not count as available, but does count as existing', () => {
    const old = machineOf('m1', 'ready', { expiresAt: now });
    const retire = 'retire m1 (expired)';
    expect(planned({ pools, machines: [old], queue: { linux: 1 } })).toEqual([retire, ...create(1)]);
    const full = [linuxPool({ max: 1 })];
    expect(planned({ pools: full, machines: [old], queue: { linux: 1 } })).toEqual([retire]);
  });

  test('says why', () => {
    const [action] = plan(
      snapshotOf({ machines: [machineOf('m1', 'busy')], queue: { linux: 1 } }),
      now,
    ).actions;
    expect(action?.reason).toBe('1 queued, 0 warm wanted, 0 available, 1 of 2 exist');
  });
});

describe('where', () => {
  const queue = { linux: 1 };
  const idle = hostOf('attic');
  const loaded = [machineOf('m1', 'busy'), machineOf('m2', 'retiring')];

  test('on the host with the fewest machines, those just ordered counted', () => {
    const hosts = [hostOf('shed'), idle];
    const pools = [linuxPool({ max: 9 })];
    expect(planned({ hosts, pools, machines: loaded, queue: { linux: 4 } })).toEqual([
      ...create(2, 'attic'),
      ...create(1, 'attic'),
      ...create(1, 'shed'),
    ]);
  });

  test.each([
    ['is being drained', { isDraining: true }],
    ['has been silent', { lastSeenAt: now - limits.hostSilenceMs }],
    ['has no such driver', { drivers: ['libvirt'] }],
  ])('not on a host that %s', (_, facts) => {
    expect(planned({ hosts: [hostOf('attic', facts)], queue })).toEqual([]);
    expect(planned({ hosts: [hostOf('attic', facts), hostOf('shed')], queue })).toEqual(create(1));
  });

  test('not on a host that has as many as one message can tell it', () => {
    const pools = [linuxPool({ max: 1_000 })];
    const full = Array.from({ length: limits.machinesPerHost - 1 }, (_, n) => machineOf(`m${n}`, 'busy'));
    const many = { pools, machines: full, queue: { linux: 3 } };
    expect(planned({ ...many, hosts: [hostOf('shed')] })).toEqual(create(1));
    expect(
      planned({ ...many, hosts: [hostOf('shed', { lostAt: null }), hostOf('attic', { lostAt: now })] }),
    ).toEqual([...create(1), ...create(2, 'attic')]);
  });

  test('only on the hosts that the pool names', () => {
    const pools = [linuxPool({ hosts: ['shed'] })];
    expect(planned({ pools, hosts: [idle, hostOf('shed')], machines: loaded, queue: { linux: 9 } })).toEqual(
      [],
    );
    expect(planned({ pools, hosts: [idle, hostOf('shed')], queue })).toEqual(create(1));
  });

  test('not on a host that lost an attempt lately, unless there is no other', () => {
    const suspect = hostOf('attic', { lostAt: now - limits.hostSuspectMs + 1 });
    expect(
      planned({
        hosts: [suspect, hostOf('shed')],
        machines: loaded,
        queue: { linux: 1 },
        pools: [linuxPool({ max: 9 })],
      }),
    ).toEqual(create(1));
    expect(planned({ hosts: [suspect], queue })).toEqual(create(1, 'attic'));
    const forgiven = hostOf('attic', { lostAt: now - limits.hostSuspectMs });
    expect(planned({ hosts: [forgiven, hostOf('shed')], queue })).toEqual(create(1, 'attic'));
  });

  test('not where the image has just failed to start; other images and hosts go on', () => {
    const pools = [linuxPool(), poolOf(imageOf('netbsd'))];
    const backoffOf = (image: string, host: string) =>
      image === 'linux' && host === 'attic' ? backoffOn(host, now + 1) : null;
    const both = { pools, backoffOf, queue: { linux: 1, netbsd: 1 } };
    expect(planned({ ...both, hosts: [idle] })).toEqual(create(1, 'attic', 'netbsd'));
    expect(planned({ ...both, hosts: [idle, hostOf('shed')] })).toEqual([
      ...create(1),
      ...create(1, 'attic', 'netbsd'),
    ]);
    const over = () => backoffOn('attic', now);
    expect(planned({ backoffOf: over, queue })).toEqual(create(1));
  });
});

describe('the memory of a host', () => {
  const vm = (name: string, memory: string) =>
    poolOf(imageOf(name, { driver: 'libvirt', memory }), { max: 9 });
  const host = hostOf('shed', { memoryMiB: 4_096 });

  test('holds so many guests of a hypervisor, those on their way out counted', () => {
    const pools = [vm('netbsd', '1GiB')];
    const machines = ['busy', 'retiring'].map((status, n) =>
      machineOf(`m${n}`, status as LiveStatus, { image: 'other', driver: 'libvirt' }),
    );
    expect(planned({ hosts: [host], pools, machines, queue: { netbsd: 9 } })).toEqual(
      create(2, 'shed', 'netbsd'),
    );
  });

  test('is shared by all pools of one plan', () => {
    const pools = [vm('netbsd', '3GiB'), vm('openbsd', '2GiB'), vm('freebsd', '1GiB')];
    expect(planned({ hosts: [host], pools, queue: { netbsd: 1, openbsd: 1, freebsd: 1 } })).toEqual([
      ...create(1, 'shed', 'netbsd'),
      ...create(1, 'shed', 'freebsd'),
    ]);
  });

  test('is not divided among processes: their pool is their bound', () => {
    const pools = [linuxPool({ max: 9 })];
    const tiny = hostOf('shed', { memoryMiB: 0 });
    expect(planned({ hosts: [tiny], pools, queue: { linux: 9 } })).toEqual(create(9));
  });
});

describe('whatever exists and is asked for', () => {
  const status = fc.constantFrom<LiveStatus>('requested', 'booting', 'ready', 'busy', 'retiring');
  const memory = fc.constantFrom('1GiB', '2GiB', '3GiB');
  const scene = fc.record({
    queued: fc.nat(12),
    max: fc.integer({ min: 1, max: 6 }),
    warm: fc.nat(4),
    statuses: fc.array(status, { maxLength: 6 }),
    memory,
    isDraining: fc.boolean(),
  });

  test('a pool never exceeds its limit, a host its memory, and a draining host gets nothing', () => {
    fc.assert(
      fc.property(scene, ({ queued, max, warm, statuses, isDraining, ...facts }) => {
        const pool = poolOf(imageOf('vm', { driver: 'libvirt', memory: facts.memory }), { max, warm });
        const hosts = [
          hostOf('shed', { memoryMiB: 6_144 }),
          hostOf('attic', { memoryMiB: 6_144, isDraining }),
        ];
        const machines = statuses.map((each, n) =>
          machineOf(`m${n}`, each, { image: 'vm', driver: 'libvirt', memoryMiB: pool.image.machine.memory }),
        );
        const { actions } = plan(snapshotOf({ hosts, machines, pools: [pool], queue: { vm: queued } }), now);
        const created = actions
          .filter(({ type }) => type === 'create')
          .map(action => ('host' in action ? action.host : ''));
        expect(created.length).toBeLessThanOrEqual(Math.max(0, max - machines.length));
        const onShed = machines.length + created.filter(host => host === 'shed').length;
        if (created.includes(hosts[0]?.id ?? ''))
          expect(onShed * pool.image.machine.memory).toBeLessThanOrEqual(6_144);
        if (isDraining) expect(created).not.toContain('attic');
      }),
    );
  });

  test('a plan that is carried out leaves nothing to add', () => {
    fc.assert(
      fc.property(scene, ({ queued, max, warm, statuses }) => {
        const pools = [poolOf(linux, { max, warm })];
        const machines = statuses.map((each, n) => machineOf(`m${n}`, each));
        const first = planned({ pools, machines, queue: { linux: queued } });
        const added = first.map((_, n) => machineOf(`new${n}`, 'requested'));
        expect(planned({ pools, machines: [...machines, ...added], queue: { linux: queued } })).toEqual([]);
      }),
    );
  });
});
