import { expect, test } from 'vitest';
import { outlookOf } from '#coordinator/fleet/outlook.ts';
import { plan } from '#coordinator/fleet/plan.ts';
import type { Quarantine } from '#coordinator/fleet/quarantine.ts';
import { createShortfallNotes } from '#coordinator/fleet/shortfall-notes.ts';
import type { Snapshot } from '#coordinator/fleet/snapshot.ts';
import { limits } from '#shared/limits.ts';
import { type PoolLimit, poolLimit } from '#shared/pool.ts';
import { imageOf, poolOf } from '../support/brain-lab.ts';
import { backoffOn, digest, filesOn, hostOf, linuxPool, machineOf, now, snapshotOf } from './snapshots.ts';

const vm = (facts: Parameters<typeof imageOf>[1] = {}) =>
  poolOf(imageOf('linux', { driver: 'libvirt', memory: '2GiB', ...facts }), { max: 9 });
const failure = { ...backoffOn('attic', now), count: 1, madeAt: now, at: now - 1 };
const quarantine: Quarantine = { until: now - 1, failures: [failure, failure] };
const silentAt = now - limits.hostSilenceMs;
const full = Array.from({ length: limits.machinesPerHost }, (_, n) =>
  machineOf(`m${n}`, 'busy', { image: 'other' }),
);

const cases: Record<PoolLimit, [Partial<Snapshot>, string]> = {
  paused: [
    { pools: [{ ...linuxPool(), isPaused: true }] },
    'the pool is paused; paddock pool resume linux lets it go on',
  ],
  'max-reached': [
    { pools: [linuxPool({ max: 1 })], machines: [machineOf('m1', 'busy')] },
    '1 at once is the most it may have; paddock pool scale linux --max raises that',
  ],
  'no-host': [{ hosts: [] }, 'no host has joined; paddock host add NAME lets one in'],
  'not-named': [
    { pools: [linuxPool({ hosts: ['cellar', 'barn'] })] },
    'none of the hosts that its pool names has joined: cellar, barn',
  ],
  'no-driver': [{ hosts: [hostOf('shed', { drivers: ['ssh'] })] }, 'no host has the process driver'],
  architecture: [{ hosts: [hostOf('shed', { arch: 'aarch64' })] }, 'it needs x86_64 itself, and shed is not'],
  label: [
    { pools: [vm({ labels: { site: 'berlin' } })] },
    'no host has the label site=berlin; paddock host set NAME --label site=berlin says that one has',
  ],
  'no-resource': [
    {
      pools: [vm({ resources: { gpu: 4 } })],
      hosts: [hostOf('attic'), hostOf('shed', { traits: { labels: {}, resources: { gpu: 2 } } })],
    },
    'it needs 4 gpu, and shed has 2 in all; paddock host set NAME --resource gpu=4 says that one has',
  ],
  silent: [
    { hosts: [hostOf('shed', { lastSeenAt: silentAt }), hostOf('attic', { lastSeenAt: silentAt })] },
    'shed, attic are silent; start the host agent there',
  ],
  drained: [
    { hosts: [hostOf('shed', { isDraining: true })] },
    'shed is being drained; paddock host resume shed lets it have machines again',
  ],
  'back-off': [
    { backoffOf: () => backoffOn('shed', now + 1_500) },
    'it failed to start on shed: no such disk; tried again in 2 s; see paddock machine show m0',
  ],
  fetching: [
    {
      pools: [vm()],
      // Where its files are one machine at a time is tried, and one is.
      machines: [machineOf('m1', 'booting', { hostId: hostOf('attic').id, image: 'other' })],
      quarantines: { images: new Map(), hosts: new Map([[hostOf('attic').id, quarantine]]) },
      hosts: [
        hostOf('attic', { imageFiles: filesOn(['0']) }),
        hostOf('shed', {
          imageFiles: filesOn([], { fetching: [{ sha256: digest('0'), bytes: 1.2e9, totalBytes: 3.4e9 }] }),
        }),
      ],
    },
    'shed fetches linux (1.2 GB of 3.4 GB)',
  ],
  'host-full': [{ machines: full }, 'shed has 500 machines, the most for one host'],
  resource: [
    {
      pools: [vm({ resources: { gpu: 1 } })],
      machines: ['busy', 'retiring'].map((status, n) =>
        machineOf(`m${n}`, status as 'busy', {
          needs: { labels: {}, resources: { gpu: 1 } },
          image: 'other',
        }),
      ),
      hosts: [hostOf('shed', { traits: { labels: {}, resources: { gpu: 2 } } })],
    },
    'it needs 1 gpu, and shed has 0 of 2 free',
  ],
  disk: [
    {
      pools: [vm({ disk: '20GiB' })],
      machines: [machineOf('m1', 'busy', { image: 'other', driver: 'libvirt', diskMiB: 20_480 })],
      hosts: [hostOf('shed', { diskMiB: 40_000 }), hostOf('attic', { diskMiB: 19_000 })],
    },
    'it may need 20480 MiB of disk, and shed has 19520 MiB free beside what its machines may need; make room there',
  ],
  memory: [
    { pools: [vm()], hosts: [hostOf('shed', { memoryMiB: 1_000 }), hostOf('attic', { memoryMiB: 1_500 })] },
    'it needs 2048 MiB of memory, and attic has 1500 MiB free',
  ],
  cpus: [
    { pools: [vm({ cpus: 3 })], hosts: [hostOf('shed', { cpus: 2 })] },
    'it needs 3 CPUs, and shed has 2 free',
  ],
};

test.each(poolLimit.options)('a pool that cannot grow says why: %s', kind => {
  const [facts, text] = cases[kind];
  const { shortfalls } = plan(snapshotOf({ queue: { linux: 1 }, ...facts }), now);
  expect(shortfalls).toEqual([{ image: 'linux', missing: 1, limit: { kind, text } }]);
});

test.each<[string, Record<string, string>[], string]>([
  ['one of them nobody has', [{ site: 'berlin' }], 'no host has the label disk=nvme; paddock host set'],
  [
    'each is somewhere',
    [{ site: 'berlin' }, { disk: 'nvme' }, { disk: 'nvme', site: 'ulm' }],
    'host-0 has not the label disk=nvme',
  ],
  [
    'one host has all but one',
    [{ site: 'berlin', disk: 'nvme' }, { rack: '3' }, { disk: 'nvme', site: 'berlin' }],
    'host-0, host-2 have not the label rack=3',
  ],
])('of labels that are missing those are named that come nearest: %s', (_, all, text) => {
  const labels = { site: 'berlin', disk: 'nvme', ...(text.includes('rack') ? { rack: '3' } : {}) };
  const hosts = all.map((of, n) => hostOf(`host-${n}`, { traits: { labels: of, resources: {} } }));
  const { shortfalls } = plan(snapshotOf({ hosts, pools: [vm({ labels })], queue: { linux: 1 } }), now);
  expect(shortfalls).toMatchObject([{ limit: { kind: 'label', text: expect.stringContaining(text) } }]);
});

test('of what no host has a single one that is said', () => {
  const pools = [vm({ resources: { gpu: 1 } })];
  const { shortfalls } = plan(snapshotOf({ pools, queue: { linux: 1 } }), now);
  const text = expect.stringMatching(
    /^it needs 1 gpu, and no host that could have it has any; paddock host set/,
  );
  expect(shortfalls).toMatchObject([{ limit: { kind: 'no-resource', text } }]);
});

test('a hypervisor without a QEMU for the image says which one it lacks', () => {
  const hosts = [hostOf('shed', { virtual: [{ arch: 'aarch64', isEmulated: true }] })];
  const { shortfalls } = plan(snapshotOf({ hosts, pools: [vm()], queue: { linux: 1 } }), now);
  expect(shortfalls).toMatchObject([
    {
      limit: {
        kind: 'architecture',
        text: expect.stringMatching(/^it needs a QEMU for x86_64, which shed has not/),
      },
    },
  ]);
});

test('of several hosts the one that comes nearest says why', () => {
  const hosts = [
    hostOf('attic', { drivers: ['process'] }),
    hostOf('barn', { isDraining: true }),
    hostOf('shed', { memoryMiB: 1_000 }),
  ];
  const { shortfalls } = plan(snapshotOf({ hosts, pools: [vm()], queue: { linux: 2 } }), now);
  expect(shortfalls).toMatchObject([{ missing: 2, limit: { kind: 'memory' } }]);
});

test('a wish beyond what there is room for is had in part, and explained', () => {
  const hosts = [hostOf('shed', { memoryMiB: 5_000 })];
  const { actions, shortfalls } = plan(snapshotOf({ hosts, pools: [vm()], queue: { linux: 5 } }), now);
  expect(actions).toHaveLength(2);
  expect(shortfalls).toMatchObject([{ missing: 3, limit: { kind: 'memory' } }]);
});

test('the outlook of a pool that lacks nothing says how many more there is room for, and what comes then', () => {
  const hosts = [hostOf('shed', { memoryMiB: 7_000 })];
  const [outlook] = outlookOf(snapshotOf({ hosts, pools: [vm()], queue: { linux: 1 } }), now);
  expect(outlook).toMatchObject({ missing: 0, room: 2, limit: { kind: 'memory' } });
  const [small] = outlookOf(snapshotOf({ pools: [linuxPool({ max: 3 })] }), now);
  expect(small).toMatchObject({ missing: 0, room: 3, limit: { kind: 'max-reached' } });
  const [paused] = outlookOf(snapshotOf({ pools: [{ ...linuxPool(), isPaused: true }] }), now);
  expect(paused).toMatchObject({ missing: 0, room: 0, limit: { kind: 'paused' } });
});

test('the outlook of a pool names the hosts that emulate its processor', () => {
  const virtual = [{ arch: 'x86_64', isEmulated: true }];
  const hosts = [
    hostOf('attic', { virtual }),
    hostOf('barn', { virtual, drivers: ['process'] }),
    hostOf('shed', { virtual: [{ arch: 'x86_64', isEmulated: false }] }),
  ];
  expect(outlookOf(snapshotOf({ hosts, pools: [vm()] }), now)).toMatchObject([{ emulatedOn: ['attic'] }]);
  const shedOnly = { ...vm(), pool: { ...vm().pool, hosts: ['shed'] } };
  expect(outlookOf(snapshotOf({ hosts, pools: [shedOnly] }), now)).toMatchObject([{ emulatedOn: [] }]);
});

test('a shortfall is news when its limit is another, and again after a while', () => {
  const notes = createShortfallNotes();
  const short = (kind: PoolLimit) => [{ image: 'linux', missing: 1, limit: { kind, text: '' } }];
  expect(notes.news(short('silent'), now)).toHaveLength(1);
  notes.noted(short('silent'), now);
  expect(notes.news(short('silent'), now + limits.shortfallRepeatMs - 1)).toEqual([]);
  expect(notes.news(short('silent'), now + limits.shortfallRepeatMs)).toHaveLength(1);
  expect(notes.news(short('drained'), now)).toHaveLength(1);
  notes.forget();
  expect(notes.news(short('silent'), now)).toHaveLength(1);
});
