import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sizeOf, takesRoom } from '#coordinator/fleet/loads.ts';
import { plan } from '#coordinator/fleet/plan.ts';
import type { PlannedHost, PlannedPool, Snapshot } from '#coordinator/fleet/snapshot.ts';
import { type HostTraits, noTraits } from '#shared/host-traits.ts';
import { needsOf } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { imageOf, poolOf } from '../support/brain-lab.ts';
import {
  backoffOn,
  filesOn,
  hostOf,
  type LiveStatus,
  machineOf,
  now,
  planned,
  snapshotOf,
} from './snapshots.ts';

const vm = (
  facts: { cpus?: number; memory?: string; disk?: string; arch?: string } = {},
  max = 9,
): PlannedPool => {
  const { arch = 'x86_64', ...machine } = facts;
  return poolOf({ ...imageOf('vm', { driver: 'libvirt', ...machine }), arch }, { max });
};
const emulated = (arch: string) => ({ arch, isEmulated: true });
const onKvm = (arch: string) => ({ arch, isEmulated: false });
const where = (hosts: PlannedHost[], pool: PlannedPool, count = 1, more: Partial<Snapshot> = {}) =>
  planned({ hosts, pools: [pool], queue: { vm: count }, ...more }).map(action => action.split(' on ')[1]);

describe('guests of a hypervisor', () => {
  test('go where they leave the least over: room for a large one stays in one piece', () => {
    const hosts = [hostOf('attic', { memoryMiB: 16_384 }), hostOf('shed', { memoryMiB: 4_096 })];
    expect(where(hosts, vm({ memory: '2GiB' }), 3)).toEqual(['shed', 'shed', 'attic']);
  });

  test('fit by memory and by CPUs', () => {
    const hosts = [hostOf('shed', { cpus: 4, memoryMiB: 8_192 })];
    expect(where(hosts, vm({ cpus: 2, memory: '1GiB' }), 9)).toHaveLength(2);
    expect(where(hosts, vm({ cpus: 1, memory: '3GiB' }), 9)).toHaveLength(2);
    expect(where(hosts, vm({ cpus: 5, memory: '1GiB' }), 9)).toEqual([]);
  });

  test('fit by the disk that they may take: that of their image, or a little where it does not say', () => {
    const hosts = [hostOf('shed', { diskMiB: 20_480 })];
    expect(where(hosts, vm({ disk: '8GiB' }), 9)).toHaveLength(2);
    expect(where(hosts, vm(), 9)).toHaveLength(Math.floor(20_480 / limits.machineDiskMiB));
    const machines = ['busy', 'retiring'].map((status, n) =>
      machineOf(`m${n}`, status as LiveStatus, { image: 'other', driver: 'libvirt', diskMiB: 8_192 }),
    );
    expect(where(hosts, vm({ disk: '8GiB' }), 9, { machines })).toEqual([]);
    expect(where([hostOf('shed', { diskMiB: 0 })], poolOf(imageOf('vm'), { max: 9 }), 2)).toHaveLength(2);
  });

  test('go where their processor is, and are emulated only where there is no such host', () => {
    const intel = hostOf('attic', { virtual: [onKvm('x86_64'), emulated('aarch64')] });
    const arm = hostOf('shed', { arch: 'arm64', virtual: [onKvm('aarch64')] });
    expect(where([intel, arm], vm({ arch: 'aarch64' }))).toEqual(['shed']);
    expect(where([intel], vm({ arch: 'aarch64' }))).toEqual(['attic']);
    expect(where([arm], vm({ arch: 'x86_64' }))).toEqual([]);
  });

  test('go where KVM boots them before they are emulated on a host of their own processor', () => {
    const [attic, shed] = [emulated('x86_64'), onKvm('x86_64')];
    const hosts = [hostOf('attic', { virtual: [attic] }), hostOf('shed', { virtual: [shed] })];
    expect(where(hosts, vm())).toEqual(['shed']);
  });

  test('are of the processor of a host that does not say which it emulates', () => {
    expect(where([hostOf('attic')], vm({ arch: 'amd64' }))).toEqual(['attic']);
    expect(where([hostOf('attic')], vm({ arch: 'aarch64' }))).toEqual([]);
  });

  test('go by name where hosts are equal', () => {
    expect(where([hostOf('shed'), hostOf('attic')], vm())).toEqual(['attic']);
  });
});

test('a process needs the processor of its image, whatever it is called', () => {
  const pool = (arch: string) => poolOf({ ...imageOf('vm'), arch }, { max: 9 });
  expect(where([hostOf('shed')], pool('aarch64'))).toEqual([]);
  for (const arch of ['amd64', 'x64', 'X86_64', 'any'])
    expect(where([hostOf('shed')], pool(arch))).toEqual(['shed']);
});

describe('files of images', () => {
  const [has, lacks] = [{ imageFiles: filesOn(['0']) }, { imageFiles: filesOn([]) }];

  test('are where a machine goes, before anything else but a lost attempt', () => {
    const virtual = [emulated('x86_64')];
    const hosts = [hostOf('attic', lacks), hostOf('shed', { ...has, virtual, memoryMiB: 64_000 })];
    expect(where(hosts, vm(), 2)).toEqual(['shed', 'shed']);
  });

  test('are waited for while another host has them, though it is full', () => {
    const hosts = [hostOf('attic', lacks), hostOf('shed', { ...has, memoryMiB: 1_024 })];
    expect(where(hosts, vm(), 3)).toEqual(['shed']);
  });

  test.each([
    ['is being drained', { isDraining: true }],
    ['is silent', { lastSeenAt: now - limits.hostSilenceMs }],
    ['has no such driver', { drivers: ['process'] }],
  ])('are not waited for when the only host that has them %s', (_, facts) => {
    expect(where([hostOf('attic', lacks), hostOf('shed', { ...has, ...facts })], vm())).toEqual(['attic']);
  });

  test('may be on a host that says nothing of them, and are fetched for a machine where nobody has them', () => {
    expect(where([hostOf('attic', lacks), hostOf('shed')], vm())).toEqual(['shed']);
    expect(where([hostOf('attic', lacks)], vm())).toEqual(['attic']);
  });
});

describe('labels and what is counted', () => {
  const needing = (machine: object, driver: 'process' | 'libvirt' = 'process') =>
    poolOf(imageOf('vm', { driver, ...machine }), { max: 9 });
  const having = (name: string, labels: Record<string, string>, resources: Record<string, number> = {}) =>
    hostOf(name, { traits: { labels, resources } });

  test('a machine goes where all labels are, whatever else a host has', () => {
    const hosts = [
      hostOf('attic'),
      having('barn', { site: 'ulm', disk: 'nvme' }),
      having('shed', { site: 'berlin', disk: 'nvme', rack: '3' }),
    ];
    const pool = needing({ labels: { site: 'berlin', disk: 'nvme' } });
    expect(where(hosts, pool, 2)).toEqual(['shed', 'shed']);
    expect(where(hosts.slice(0, 2), pool)).toEqual([]);
  });

  test.each(['process', 'libvirt'] as const)(
    'a %s takes what is counted, and gives it back when it is gone',
    driver => {
      const hosts = [having('attic', {}, { gpu: 1 }), having('shed', {}, { gpu: 2, tape: 1 })];
      expect(where(hosts, needing({ resources: { gpu: 1 } }, driver), 9)).toHaveLength(3);
      expect(where(hosts, needing({ resources: { gpu: 2 } }, driver), 9)).toEqual(['shed']);
      expect(where(hosts, needing({ resources: { gpu: 1, tape: 1 } }, driver), 9)).toEqual(['shed']);
      const machines = (['busy', 'busy', 'retiring'] as const).map((status, n) =>
        machineOf(`m${n}`, status, { image: 'other', needs: { labels: {}, resources: { gpu: 1 } } }),
      );
      const gpu = needing({ resources: { gpu: 1 } }, driver);
      expect(where([having('shed', {}, { gpu: 3 })], gpu, 1, { machines })).toEqual([]);
      expect(where([having('shed', {}, { gpu: 3 })], gpu, 1, { machines: machines.slice(1) })).toEqual([
        'shed',
      ]);
    },
  );

  test('a host that lacks them holds no files for others to wait for', () => {
    const hosts = [
      hostOf('attic', { imageFiles: filesOn(['0']) }),
      hostOf('shed', { imageFiles: filesOn([]), traits: { labels: { site: 'berlin' }, resources: {} } }),
    ];
    expect(where(hosts, needing({ labels: { site: 'berlin' } }, 'libvirt'))).toEqual(['shed']);
  });
});

/** By the words of the guide: every label, and enough of everything in all. */
const suits = (needs: HostTraits, { labels, resources }: HostTraits): boolean =>
  Object.keys(needs.labels).every(name => labels[name] === needs.labels[name]) &&
  Object.keys(needs.resources).every(name => (needs.resources[name] ?? 0) <= (resources[name] ?? 0));

/** Hosts that have the files and could have machines of the pool, full or not. */
const holdersOf = ({ hosts }: Snapshot, { image, pool }: PlannedPool, failed: readonly string[]): string[] =>
  hosts
    .filter(({ imageFiles }) => imageFiles?.here.length === 1)
    .filter(({ name }) => !failed.includes(name) && (pool.hosts?.includes(name) ?? true))
    .filter(({ isDraining, lastSeenAt }) => !isDraining && lastSeenAt === now)
    .filter(({ traits }) => suits(needsOf(image), traits))
    .filter(
      ({ arch, virtual }) =>
        image.arch === 'any' || (virtual?.map(each => each.arch) ?? [arch]).includes(image.arch),
    )
    .map(({ name }) => name);

describe('whatever hosts and pools there are', () => {
  const name = fc.constantFrom('attic', 'barn', 'shed');
  const traits = (count: fc.Arbitrary<number>): fc.Arbitrary<HostTraits> =>
    fc.record({
      labels: fc.dictionary(fc.constantFrom('site', 'disk'), fc.constantFrom('a', 'b'), { maxKeys: 2 }),
      resources: fc.dictionary(fc.constantFrom('gpu', 'tape'), count, { maxKeys: 2 }),
    });
  const host = fc.record({
    cpus: fc.integer({ min: 0, max: 6 }),
    memoryMiB: fc.integer({ min: 0, max: 6_144 }),
    diskMiB: fc.integer({ min: 0, max: 24_576 }),
    isDraining: fc.boolean(),
    isSilent: fc.boolean(),
    arch: fc.constantFrom('x86_64', 'aarch64'),
    imageFiles: fc.constantFrom(null, filesOn([]), filesOn(['0'])),
    traits: traits(fc.integer({ min: 1, max: 4 })),
    virtual: fc.constantFrom(null, [], [emulated('aarch64')], [onKvm('x86_64'), emulated('aarch64')]),
  });
  const pool = fc.record({
    driver: fc.constantFrom('process' as const, 'libvirt' as const),
    memory: fc.constantFrom('1GiB', '2GiB', '3GiB'),
    cpus: fc.integer({ min: 1, max: 3 }),
    disk: fc.constantFrom(undefined, '3GiB', '8GiB'),
    arch: fc.constantFrom('x86_64', 'aarch64', 'any'),
    warm: fc.nat(4),
    max: fc.integer({ min: 1, max: 6 }),
    needs: traits(fc.integer({ min: 1, max: 2 })),
    queued: fc.nat(8),
    isPaused: fc.boolean(),
    hosts: fc.option(fc.uniqueArray(name, { minLength: 1 }), { nil: undefined }),
  });
  const scene = fc.record({
    hosts: fc.tuple(host, host, host),
    pools: fc.tuple(pool, pool),
    failed: fc.uniqueArray(name, { maxLength: 2 }),
    existing: fc.array(fc.record({ pool: fc.nat(1), on: name }), { maxLength: 8 }),
  });

  function snapshotFrom({
    hosts,
    pools,
    failed,
    existing,
  }: typeof scene extends fc.Arbitrary<infer Scene> ? Scene : never) {
    const named = ['attic', 'barn', 'shed'].map((each, n) => {
      const { isSilent, ...facts } = hosts[n] ?? { isSilent: true };
      return hostOf(each, { ...facts, lastSeenAt: isSilent ? now - limits.hostSilenceMs : now });
    });
    const planned = pools.map(
      ({ driver, memory, cpus, disk, arch, needs, isPaused, hosts, warm, max }, n) => {
        const sizes = driver === 'libvirt' ? { driver, memory, cpus, ...(disk && { disk }) } : { driver };
        const limitsOfPool = { warm, max, ...(hosts ? { hosts } : {}) };
        return {
          ...poolOf({ ...imageOf(`image-${n}`, { ...sizes, ...needs }), arch }, limitsOfPool),
          isPaused,
        };
      },
    );
    const machines = existing.flatMap(({ pool, on }, n) => {
      const image = planned[pool]?.image;
      if (!image) return [];
      const facts = { ...sizeOf(image), hostId: hostOf(on).id };
      return [machineOf(`m${n}`, 'busy', facts)];
    });
    return snapshotOf({
      hosts: named,
      pools: planned,
      machines,
      queue: Object.fromEntries(pools.map(({ queued }, n) => [`image-${n}`, queued])),
      backoffOf: (_, host) => (failed.some(each => each === host) ? backoffOn(host, now + 1) : null),
    });
  }

  test('nothing is put where it must not be, and nothing is wanted without being had or explained', () => {
    fc.assert(
      fc.property(scene, drawn => {
        const snapshot = snapshotFrom(drawn);
        const { actions, shortfalls, loads } = plan(snapshot, now);
        const creates = actions.flatMap(action => (action.type === 'create' ? [action] : []));
        for (const { image, host: id } of creates) {
          const host = snapshot.hosts.find(each => each.id === id);
          const pool = snapshot.pools.find(each => each.image.name === image.name);
          expect(host).toMatchObject({ isDraining: false, lastSeenAt: now });
          expect(drawn.failed).not.toContain(id);
          expect(pool?.isPaused).toBe(false);
          const lacks = host?.imageFiles?.here.length === 0 && takesRoom(image.machine.driver);
          if (pool && lacks) expect(holdersOf(snapshot, pool, drawn.failed)).toEqual([]);
          if (pool?.pool.hosts) expect(pool.pool.hosts).toContain(id);
          expect(suits(needsOf(image), host?.traits ?? noTraits)).toBe(true);
          if (image.arch === 'any') continue;
          const own = takesRoom(image.machine.driver) ? host?.virtual : null;
          expect(own?.map(({ arch }) => arch) ?? [host?.arch]).toContain(image.arch);
        }
        for (const { id, traits } of snapshot.hosts)
          for (const [name, total] of Object.entries(traits.resources)) {
            const isMore = creates.some(({ host, image }) => host === id && needsOf(image).resources[name]);
            if (isMore) expect(loads.get(id)?.resources[name]).toBeLessThanOrEqual(total);
          }
        for (const { id, memoryMiB, cpus, diskMiB } of snapshot.hosts) {
          if (!creates.some(({ host, image }) => host === id && takesRoom(image.machine.driver))) continue;
          expect(loads.get(id)?.memoryMiB).toBeLessThanOrEqual(memoryMiB);
          expect(loads.get(id)?.cpus).toBeLessThanOrEqual(cpus);
          expect(loads.get(id)?.diskMiB).toBeLessThanOrEqual(diskMiB);
        }
        for (const { image, pool } of snapshot.pools) {
          const made = creates.filter(create => create.image.name === image.name).length;
          const existing = snapshot.machines.filter(machine => machine.image === image.name).length;
          const wanted = (snapshot.queued.get(image.name) ?? 0) + pool.warm;
          const missing = shortfalls.find(each => each.image === image.name)?.missing ?? 0;
          expect(made === 0 || made + existing <= pool.max).toBe(true);
          expect(made + missing).toBe(wanted);
        }
      }),
    );
  });
});
