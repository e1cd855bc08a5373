/**
 * Worlds drawn at random, with few and weak hosts, boots that fail, machines that hang and hosts that vanish: whatever
 * happens, planner and queue keep what they promise.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { takesRoom } from '#coordinator/fleet/loads.ts';
import type { Plan } from '#coordinator/fleet/plan.ts';
import type { PlannedHost, PlannedPool, Snapshot } from '#coordinator/fleet/snapshot.ts';
import { arrivalsOf } from '#coordinator/simulate/arrivals.ts';
import { createChance } from '#coordinator/simulate/chance.ts';
import { createWorld, type Observer } from '#coordinator/simulate/world.ts';
import { scenarioFile } from '#shared/scenario-file.ts';

const size = fc.record({
  cpus: fc.integer({ min: 1, max: 3 }),
  memory: fc.constantFrom('1GiB', '2GiB', '3GiB'),
});
const anyPool = fc.record({
  size,
  driver: fc.constantFrom('libvirt' as const, 'libvirt' as const, 'process' as const),
  warm: fc.nat(2),
  max: fc.integer({ min: 2, max: 6 }),
  idle: fc.constantFrom('20s', '3m'),
  resources: fc.constantFrom({}, {}, { gpu: 1 }, { gpu: 2 }),
  run: fc.constantFrom({ p50: '20s', p95: '2m' }, { p50: '1m', p95: '1m' }),
});
const anyHosts = fc.record({
  count: fc.integer({ min: 1, max: 3 }),
  cpus: fc.integer({ min: 3, max: 8 }),
  memory: fc.constantFrom('3GiB', '6GiB'),
  resources: fc.constantFrom({ gpu: 2 }, { gpu: 3 }),
});
const anyFailures = fc.record({
  boot: fc.constantFrom(0, 0.05, 0.3),
  hang: fc.constantFrom(0, 0.05),
  'hosts-lost': fc.constantFrom(0, 20, 60),
  'back-after': fc.constantFrom('10s', '2m', '10m'),
});
const anyWorld = fc.record({
  seed: fc.nat(1_000_000),
  pools: fc.array(anyPool, { minLength: 1, maxLength: 3 }),
  hosts: fc.array(anyHosts, { minLength: 1, maxLength: 2 }),
  failures: anyFailures,
  jobs: fc.integer({ min: 10, max: 60 }),
});
type Drawn = typeof anyWorld extends fc.Arbitrary<infer World> ? World : never;

const scenarioOf = ({ seed, pools, hosts, failures }: Drawn): z.output<typeof scenarioFile> =>
  scenarioFile.parse({
    ...{ seed, failures, days: 0.02, commits: { day: 'flat', repositories: 3, landed: 0.3, forks: 0.2 } },
    hosts: hosts.map((group, n) => ({ ...group, name: `site-${n}` })),
    pools: pools.map(({ size: { cpus, memory }, ...pool }, n) => ({
      ...pool,
      cpus,
      memory,
      image: `image-${n}`,
    })),
  });

const minutes = 60_000;

/** Runs the world until all jobs are over, and on for as long as whatever is idle or hangs may be there. */
function live(drawn: Drawn, observer: Observer) {
  const scenario = scenarioOf(drawn);
  const arrivals = arrivalsOf(scenario, drawn.jobs, createChance(scenario.seed, 0));
  const world = createWorld({ scenario, arrivals, sampleMs: minutes, observer });
  while (!world.isOver() && world.agenda.step(48 * 60 * minutes));
  const overAt = world.agenda.now;
  while (world.agenda.step(overAt + 20 * minutes));
  return { scenario, world };
}

/** What there would be too much of, were the plan carried out. */
function excessOf({ actions }: Plan, { hosts, machines, pools }: Snapshot): string[] {
  const created = actions.flatMap(action => (action.type === 'create' ? [action] : []));
  const all = [
    ...machines.map(({ image, hostId, needs, driver, memoryMiB, cpus }) => ({
      image,
      hostId,
      gpu: needs.resources.gpu ?? 0,
      driver,
      memoryMiB,
      cpus,
    })),
    ...created.map(({ host, image: { name, machine } }) => ({
      ...{ image: name, hostId: host, driver: machine.driver },
      ...{ memoryMiB: machine.memory, cpus: machine.cpus, gpu: machine.resources?.gpu ?? 0 },
    })),
  ];
  const isOver = ({ id, memoryMiB, cpus, traits }: PlannedHost) => {
    const there = all.filter(({ hostId }) => hostId === id);
    if (there.reduce((total, { gpu }) => total + gpu, 0) > (traits.resources.gpu ?? 0)) return true;
    const guests = there.filter(({ driver }) => takesRoom(driver));
    const sum = (of: 'memoryMiB' | 'cpus') => guests.reduce((total, guest) => total + guest[of], 0);
    return sum('memoryMiB') > memoryMiB || sum('cpus') > cpus;
  };
  const isTooLarge = ({ image, pool }: PlannedPool) =>
    all.filter(machine => machine.image === image.name).length > pool.max;
  return [
    ...hosts.filter(isOver).map(({ name }) => `host ${name}`),
    ...pools.filter(isTooLarge).map(({ image }) => `pool ${image.name}`),
  ];
}

const holds = (check: (drawn: Drawn) => void) => fc.assert(fc.property(anyWorld, check), { numRuns: 25 });

test('no pool has more machines than it may have, and no host more than its memory, its CPUs and what is counted', () => {
  let looks = 0;
  holds(drawn => {
    const onPlan: Observer['onPlan'] = (plan, snapshot) => {
      looks += 1;
      expect(excessOf(plan, snapshot)).toEqual([]);
    };
    live(drawn, { onPlan });
  });
  expect(looks).toBeGreaterThan(500);
});

test('a machine sees one job, of its own image, and an untrusted one only where something isolates it', () => {
  holds(drawn => {
    const used = new Set<string>();
    const { scenario, world } = live(drawn, {
      onLeased(job, machine) {
        expect(used).not.toContain(machine.id);
        used.add(machine.id);
        expect(machine.image).toBe(job.image);
        expect(job.isTrusted || machine.driver !== 'process').toBe(true);
      },
    });
    const started = scenario.pools.reduce((sum, { image }) => sum + world.tally.of(image).waits.length, 0);
    expect(used.size).toBeGreaterThanOrEqual(started);
  });
});

test('every machine that was requested is gone in the end, but for those that are kept ready', () => {
  holds(drawn => {
    const there = new Map<string, string>();
    const { world, scenario } = live(drawn, {
      onMachine({ id, image, state }, from) {
        expect(from !== null || !there.has(id)).toBe(true);
        if (state.status === 'gone') there.delete(id);
        else there.set(id, image);
      },
    });
    expect(new Set(world.live().map(({ id }) => `${id}`))).toEqual(new Set(there.keys()));
    for (const { image, warm } of scenario.pools) {
      const left = world.live().filter(machine => machine.image === image);
      const notYetGone = left.filter(({ state }) => state.status === 'retiring').length;
      expect(left.length - notYetGone).toBeLessThanOrEqual(warm);
    }
  });
});

test('every job ends, or was lost as often as it may be', () => {
  holds(drawn => {
    const { world, scenario } = live(drawn, {});
    const pools = world.tally.report(world.agenda.now, world.live()).pools;
    const sum = (of: 'jobs' | 'ended' | 'errored' | 'unfinished' | 'lost') =>
      pools.reduce((total, pool) => total + pool[of], 0);
    expect([sum('jobs'), sum('unfinished')]).toEqual([drawn.jobs, 0]);
    expect(sum('ended') + sum('errored')).toBe(drawn.jobs);
    expect(sum('lost')).toBeGreaterThanOrEqual(3 * sum('errored'));
    if (scenario.failures['hosts-lost'] === 0) expect(sum('errored')).toBe(0);
  });
});
