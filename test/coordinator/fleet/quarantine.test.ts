import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BootFailure,
  backoffIn,
  pauseAfter,
  type Quarantines,
  quarantinesIn,
  type UpSince,
} from '#coordinator/fleet/quarantine.ts';
import { createQuarantineNotes } from '#coordinator/fleet/quarantine-notes.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { imageOf, poolOf } from '../support/brain-lab.ts';
import { hostOf, linuxPool, machineOf, now, planned } from './snapshots.ts';

let made = 0;
const failure = (image: string, host: string, at: number, count = 1): BootFailure => ({
  image,
  host: host as HostId,
  machine: `m${made++}` as MachineId,
  message: `${image} on ${host}`,
  count,
  madeAt: at,
  at,
});
const nobody: UpSince = { images: new Map(), hosts: new Map() };
const upAt = (images: Record<string, number>, hosts: Record<string, number> = {}): UpSince => ({
  images: new Map(Object.entries(images)),
  hosts: new Map(Object.entries(hosts) as [HostId, number][]),
});
const held = ({ images, hosts }: Quarantines) => [...images.keys(), ...hosts.keys()].map(String).sort();

describe('who is held to be at fault', () => {
  test('an image that fails on several hosts; not one that fails on one, however often', () => {
    expect(held(quarantinesIn([failure('linux', 'shed', 1, 9)], nobody))).toEqual([]);
    expect(held(quarantinesIn([failure('linux', 'shed', 1), failure('linux', 'attic', 2)], nobody))).toEqual([
      'linux',
    ]);
  });

  test('a host on which several images fail', () => {
    const failures = [failure('linux', 'shed', 1), failure('netbsd', 'shed', 2)];
    expect(held(quarantinesIn(failures, nobody))).toEqual(['shed']);
  });

  test('whoever explains most of it: an image that also fails on a broken host is not at fault', () => {
    const onShed = ['linux', 'netbsd', 'openbsd'].map((image, n) => failure(image, 'shed', n));
    expect(held(quarantinesIn([...onShed, failure('linux', 'attic', 9)], nobody))).toEqual(['shed']);
    const linux = ['shed', 'attic', 'barn'].map((host, n) => failure('linux', host, n));
    expect(held(quarantinesIn([...linux, failure('netbsd', 'shed', 9)], nobody))).toEqual(['linux']);
  });

  test('not who has started something since, and the other is then', () => {
    const failures = [failure('linux', 'shed', 10), failure('linux', 'attic', 20)];
    expect(held(quarantinesIn(failures, upAt({ linux: 15 })))).toEqual([]);
    expect(held(quarantinesIn(failures, upAt({ linux: 10 })))).toEqual(['linux']);
    const both = [...failures, failure('netbsd', 'shed', 12)];
    expect(held(quarantinesIn(both, nobody))).toEqual(['linux']);
    expect(held(quarantinesIn(both, upAt({ linux: 21 })))).toEqual(['shed']);
    expect(held(quarantinesIn(both, upAt({ linux: 21 }, { shed: 13 })))).toEqual([]);
  });

  test('for longer with each try that fails, wherever it was, up to a bound', () => {
    const until = (...counts: number[]) => {
      const failures = counts.map((count, n) => failure('linux', `host-${n}`, 100 + n, count));
      return (quarantinesIn(failures, nobody).images.get('linux')?.until ?? 0) - 99 - counts.length;
    };
    expect([until(1, 1), until(2, 1), until(1, 1, 2)]).toEqual([4_000, 8_000, 16_000]);
    expect(until(900, 900)).toBe(limits.bootRetryMaxMs);
  });

  const anyFailure = fc.record({
    image: fc.constantFrom('linux', 'netbsd', 'openbsd', 'alpine'),
    host: fc.constantFrom('shed', 'attic', 'barn', 'cellar'),
    at: fc.integer({ min: 1, max: 99 }),
    count: fc.integer({ min: 1, max: 12 }),
  });
  const failuresOf = fc
    .uniqueArray(anyFailure, { selector: ({ image, host }) => `${image} ${host}` })
    .map(all => all.map(({ image, host, at, count }) => failure(image, host, at, count)));
  const instants = (...names: string[]) =>
    fc.record(Object.fromEntries(names.map(name => [name, fc.integer({ min: 0, max: 99 })])), {
      requiredKeys: [],
    });
  const anyUps = fc
    .tuple(instants('linux', 'netbsd', 'openbsd', 'alpine'), instants('shed', 'attic', 'barn', 'cellar'))
    .map(([images, hosts]) => upAt(images as Record<string, number>, hosts as Record<string, number>));

  test('whatever fails: on two failures of its own at least, each held against one, none against whoever is cleared of it', () => {
    fc.assert(
      fc.property(failuresOf, anyUps, (failures, ups) => {
        const { images, hosts } = quarantinesIn(failures, ups);
        const explained = [...images.values(), ...hosts.values()].flatMap(({ failures: own }) => own);
        expect(new Set(explained).size).toBe(explained.length);
        for (const [image, { failures: own, until }] of images) {
          expect(new Set(own.map(({ host }) => host)).size).toBeGreaterThan(1);
          expect(own.every(each => each.image === image && each.madeAt >= (ups.images.get(image) ?? 0))).toBe(
            true,
          );
          expect(until).toBeGreaterThan(Math.max(...own.map(({ at }) => at)));
        }
        for (const [host, { failures: own }] of hosts) {
          expect(new Set(own.map(({ image }) => image)).size).toBeGreaterThan(1);
          expect(own.every(each => each.host === host && each.madeAt >= (ups.hosts.get(host) ?? 0))).toBe(
            true,
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  test('whatever fails: nobody who has two failures that nothing else explains goes free', () => {
    fc.assert(
      fc.property(failuresOf, anyUps, (failures, ups) => {
        const { images, hosts } = quarantinesIn(failures, ups);
        const explained = new Set(
          [...images.values(), ...hosts.values()].flatMap(({ failures: own }) => own),
        );
        const open = failures.filter(each => !explained.has(each));
        const own = (each: BootFailure) => ({
          ofImage: open.filter(
            ({ image, madeAt }) => image === each.image && madeAt >= (ups.images.get(image) ?? 0),
          ),
          ofHost: open.filter(
            ({ host, madeAt }) => host === each.host && madeAt >= (ups.hosts.get(host) ?? 0),
          ),
        });
        for (const each of open) {
          expect(own(each).ofImage.length).toBeLessThan(2);
          expect(own(each).ofHost.length).toBeLessThan(2);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('whatever fails: the first success of an image or on a host frees it, and the order of the failures is of no account', () => {
    fc.assert(
      fc.property(failuresOf, anyUps, (failures, ups) => {
        const before = quarantinesIn(failures, ups);
        expect(held(quarantinesIn([...failures].reverse(), ups))).toEqual(held(before));
        for (const image of before.images.keys()) {
          const healed = { ...ups, images: new Map([...ups.images, [image, 100]]) };
          expect(quarantinesIn(failures, healed).images.has(image)).toBe(false);
        }
        for (const host of before.hosts.keys()) {
          const healed = { ...ups, hosts: new Map([...ups.hosts, [host, 100]]) };
          expect(quarantinesIn(failures, healed).hosts.has(host)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});

test('an image is held back on a host for the longest of what holds it', () => {
  const failures = [failure('linux', 'shed', 100), failure('linux', 'attic', 200)];
  const quarantines = quarantinesIn(failures, nobody);
  const of = (image: string, host: string) => backoffIn(failures, quarantines, image, host as HostId);
  expect(of('linux', 'barn')).toMatchObject({ until: 200 + pauseAfter(2), host: 'attic' });
  expect(of('linux', 'shed')).toMatchObject({ until: 200 + pauseAfter(2), machine: failures[1]?.machine });
  expect(of('netbsd', 'shed')).toBe(null);
  const often = failure('linux', 'shed', 100, 8);
  expect(backoffIn([often], { images: new Map(), hosts: new Map() }, 'linux', often.host)).toMatchObject({
    until: 100 + pauseAfter(8),
  });
});

describe('in quarantine', () => {
  const netbsd = imageOf('netbsd');
  const past = (...failures: BootFailure[]) => {
    const quarantines = quarantinesIn(failures, nobody);
    const backoffOf = (name: string, id: HostId) => backoffIn(failures, quarantines, name, id);
    return { quarantines, backoffOf };
  };
  const image = past(failure('linux', 'shed', 1), failure('linux', 'attic', 2));
  const host = past(failure('linux', 'shed', 1), failure('netbsd', 'shed', 2));
  const hosts = [hostOf('attic'), hostOf('shed')];

  test('of an image one machine is tried, not one on each host, and no second while it is on its way', () => {
    const scene = { ...image, hosts, queue: { linux: 3 }, pools: [linuxPool({ max: 9 })] };
    expect(planned(scene)).toEqual(['create linux on attic']);
    for (const status of ['requested', 'booting'] as const)
      expect(planned({ ...scene, machines: [machineOf('m1', status)] })).toEqual([]);
    const machines = [machineOf('m1', 'ready'), machineOf('m2', 'retiring')];
    expect(planned({ ...scene, machines })).toEqual(['create linux on attic']);
  });

  test('on a host one machine is tried, of whatever image; other hosts go on', () => {
    const pools = [linuxPool({ max: 9 }), poolOf(netbsd, { max: 9 })];
    const scene = { ...host, pools, queue: { linux: 2, netbsd: 2 } };
    expect(planned({ ...scene, hosts: [hostOf('shed')] })).toEqual(['create linux on shed']);
    expect(planned({ ...scene, hosts })).toEqual([
      'create linux on attic',
      'create linux on shed',
      'create netbsd on attic',
      'create netbsd on attic',
    ]);
    const machines = [machineOf('m1', 'booting', { image: 'netbsd', hostId: 'shed' as HostId })];
    expect(planned({ ...scene, hosts: [hostOf('shed')], machines })).toEqual([]);
  });

  test('nothing is tried before its time', () => {
    const fresh = past(failure('linux', 'shed', now - 1), failure('linux', 'attic', now - 1));
    expect(planned({ ...fresh, queue: { linux: 1 }, hosts: [...hosts, hostOf('barn')] })).toEqual([]);
  });
});

test('who comes into quarantine and out of it is news once, with the reason', () => {
  const notes = createQuarantineNotes();
  const news = (quarantines: Quarantines) => notes.news(quarantines, name => `the ${name}`);
  const failures = [failure('linux', 'shed', 1), failure('linux', 'attic', 2)];
  const first = quarantinesIn(failures, nobody);
  const came = {
    type: 'image.quarantined',
    image: 'linux',
    reason:
      'it failed to start on the attic, the shed: linux on attic; one machine at a time is tried until one is up',
  };
  expect(news(first)).toEqual([came]);
  expect(news(first)).toEqual([came]);
  notes.noted(first);
  expect(news(first)).toEqual([]);
  const released = { type: 'image.released', image: 'linux' };
  expect(news(quarantinesIn(failures, upAt({ linux: 3 })))).toEqual([
    { ...released, reason: 'a machine that was made since then is up' },
  ]);
  expect(news(quarantinesIn([], nobody))).toEqual([
    { ...released, reason: 'what failed is put down to something else, or forgotten' },
  ]);
  const host = quarantinesIn([failure('linux', 'shed', 5), failure('netbsd', 'shed', 4)], nobody);
  expect(news(host)).toMatchObject([
    released,
    {
      type: 'host.quarantined',
      host: 'shed',
      reason:
        'linux, netbsd failed to start there: linux on shed; one machine at a time is tried until one is up',
    },
  ]);
});
