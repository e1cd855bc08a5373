/** Hosts are ranked once for many machines. Whoever ranks all of them anew for each machine gets the same hosts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addLoad, type Loads, loadOn, sizeOf, takesRoom } from '#coordinator/fleet/loads.ts';
import { obstacleOf, placesFor } from '#coordinator/fleet/placement.ts';
import type { PlannedHost, PlannedPool, Snapshot } from '#coordinator/fleet/snapshot.ts';
import { limits } from '#shared/limits.ts';
import { imageOf, poolOf } from '../support/brain-lab.ts';
import { filesOn, hostOf, now, snapshotOf } from './snapshots.ts';

const anyHost = fc.record({
  cpus: fc.integer({ min: 1, max: 8 }),
  memoryMiB: fc.constantFrom(2_048, 4_096, 8_192),
  arch: fc.constantFrom('x86_64', 'aarch64'),
  lostAt: fc.constantFrom(null, now - 1, now - limits.hostSuspectMs),
  isDraining: fc.boolean(),
  diskMiB: fc.integer({ min: 0, max: 40_000 }),
  imageFiles: fc.constantFrom(null, filesOn([]), filesOn(['0'])),
});
const anyPool = fc.record({
  driver: fc.constantFrom('process' as const, 'libvirt' as const),
  cpus: fc.integer({ min: 1, max: 3 }),
  memory: fc.constantFrom('1GiB', '2GiB'),
});

/** Memory and CPUs that would be left over, in parts of the host. */
function leftOver(host: PlannedHost, { image: { machine } }: PlannedPool, loads: Loads): number {
  const load = loadOn(loads, host.id);
  const memory = (host.memoryMiB - load.memoryMiB - machine.memory) / host.memoryMiB;
  return memory + (host.cpus - load.cpus - machine.cpus) / host.cpus;
}

function bestOf(snapshot: Snapshot, pool: PlannedPool, loads: Loads): PlannedHost | undefined {
  const isVirtual = takesRoom(pool.image.machine.driver);
  const isSuspect = ({ lostAt }: PlannedHost) => lostAt !== null && now - lostAt < limits.hostSuspectMs;
  const ranked = snapshot.hosts
    .filter(host => obstacleOf(snapshot, pool, host, loads, now) === null)
    .map(host => ({
      host,
      rank: [
        Number(isSuspect(host)),
        Number(isVirtual && host.imageFiles?.here.length === 0),
        Number(isVirtual && host.arch !== pool.image.arch),
        isVirtual ? leftOver(host, pool, loads) : loadOn(loads, host.id).machines,
      ],
    }));
  const compare = (a: (typeof ranked)[number], b: (typeof ranked)[number]) => {
    const at = a.rank.findIndex((value, index) => value !== b.rank[index]);
    return at < 0 ? (a.host.name < b.host.name ? -1 : 1) : (a.rank[at] ?? 0) - (b.rank[at] ?? 0);
  };
  return ranked.sort(compare)[0]?.host;
}

test('each machine goes to the host that is the best one for it after all before it', () => {
  const scene = fc.record({
    hosts: fc.array(anyHost, { maxLength: 8 }),
    pool: anyPool,
    taken: fc.array(fc.nat(7), { maxLength: 6 }),
    count: fc.nat(12),
  });
  fc.assert(
    fc.property(scene, ({ hosts, pool: { driver, cpus, memory }, taken, count }) => {
      const pool = poolOf(imageOf('vm', driver === 'libvirt' ? { driver, cpus, memory } : { driver }));
      const snapshot = snapshotOf({
        pools: [pool],
        hosts: hosts.map((facts, n) => hostOf(`host-${n}`, facts)),
      });
      const loads = (): Loads => {
        const before: Loads = new Map();
        for (const n of taken)
          addLoad(before, hostOf(`host-${n}`).id, {
            ...{ driver: 'libvirt', memoryMiB: 1_024, cpus: 1, diskMiB: 3_000 },
            ...{ image: 'other', isStarting: false, needs: { labels: {}, resources: { gpu: 1 } } },
          });
        return before;
      };
      const [given, expected] = [loads(), loads()];
      const names: string[] = [];
      for (let made = 0; made < count; made++) {
        const host = bestOf(snapshot, pool, expected);
        if (!host) break;
        names.push(host.name);
        addLoad(expected, host.id, sizeOf(pool.image));
      }
      expect(placesFor(snapshot, pool, given, count, now).map(({ name }) => name)).toEqual(names);
      expect(given).toEqual(expected);
    }),
  );
});
