/** Counts what happens in a simulated fleet, and makes the report of it. */
import type { Instant } from '#shared/ids.ts';
import type { Scenario } from '#shared/scenario-file.ts';
import type { Shortage, SimulatedPool, Simulation } from '#shared/simulation.ts';
import { takesRoom } from '../fleet/loads.ts';
import type { Shortfall } from '../fleet/shortfall.ts';
import type { SimulatedMachine } from './machines.ts';

export type PoolTally = {
  jobs: number;
  ended: number;
  lost: number;
  errored: number;
  waits: number[];
  queued: number;
  queuePeak: number;
  made: number;
  failed: number;
  live: number;
  peak: number;
  busy: number;
  machineMs: number;
  busyMs: number;
  shortages: Map<Shortage['kind'], Shortage>;
};

const emptyPool = (): PoolTally => ({
  ...{ jobs: 0, ended: 0, lost: 0, errored: 0, waits: [], queued: 0, queuePeak: 0 },
  ...{ made: 0, failed: 0, live: 0, peak: 0, busy: 0, machineMs: 0, busyMs: 0, shortages: new Map() },
});

export type Tally = {
  of(image: string): PoolTally;
  queued(image: string): void;
  /** Its first start, or another one after a loss: then without `waitMs`. */
  started(image: string, waitMs: number | null): void;
  machineMade(machine: SimulatedMachine, now: Instant): void;
  machineGone(machine: SimulatedMachine, now: Instant): void;
  hostLost(): void;
  /** What is short from now until the next tick. */
  ticked(shortfalls: readonly Shortfall[], now: Instant): void;
  sample(): void;
  report(now: Instant, live: readonly SimulatedMachine[]): Simulation;
};

export function createTally(scenario: Scenario, sampleMs: number): Tally {
  const pools = new Map(scenario.pools.map(({ image }) => [image, emptyPool()]));
  const cpus = createGauge(sumOf(scenario.hosts, ({ count, cpus }) => count * cpus));
  const memory = createGauge(sumOf(scenario.hosts, ({ count, memory }) => count * memory));
  const series = scenario.pools.map(({ image }) => ({
    ...{ image, queued: [] as number[], machines: [] as number[], busy: [] as number[] },
  }));
  /** How much there is in all pools now, and the most that there was at once. */
  const all = { live: 0, peak: 0, queued: 0, queuePeak: 0 };
  const ticked = { count: 0, at: 0, shortfalls: [] as readonly Shortfall[] };
  let lostHosts = 0;

  const of = (image: string): PoolTally => {
    const pool = pools.get(image);
    if (!pool) throw new Error(`there is no pool of ${image}`);
    return pool;
  };
  const takeRoom = (machine: SimulatedMachine, now: Instant, sign: 1 | -1) => {
    if (!takesRoom(machine.driver)) return;
    cpus.add(sign * machine.cpus, now);
    memory.add(sign * machine.memoryMiB, now);
  };
  const passShortfalls = (now: Instant) => {
    for (const shortfall of ticked.shortfalls)
      addShortage(of(shortfall.image).shortages, shortfall, now - ticked.at);
  };

  return {
    of,
    queued(image) {
      const pool = of(image);
      pool.queued += 1;
      pool.queuePeak = Math.max(pool.queuePeak, pool.queued);
      all.queued += 1;
      all.queuePeak = Math.max(all.queuePeak, all.queued);
    },
    started(image, waitMs) {
      const pool = of(image);
      pool.queued -= 1;
      all.queued -= 1;
      pool.busy += 1;
      if (waitMs !== null) pool.waits.push(waitMs);
    },
    machineMade(machine, now) {
      const pool = of(machine.image);
      pool.made += 1;
      pool.live += 1;
      pool.peak = Math.max(pool.peak, pool.live);
      all.live += 1;
      all.peak = Math.max(all.peak, all.live);
      takeRoom(machine, now, 1);
    },
    machineGone(machine, now) {
      const pool = of(machine.image);
      pool.live -= 1;
      all.live -= 1;
      pool.machineMs += now - machine.createdAt;
      takeRoom(machine, now, -1);
    },
    hostLost() {
      lostHosts += 1;
    },
    ticked(shortfalls, now) {
      passShortfalls(now);
      Object.assign(ticked, { count: ticked.count + 1, at: now, shortfalls });
    },
    sample() {
      for (const column of series) {
        const { queued, live, busy } = of(column.image);
        column.queued.push(queued);
        column.machines.push(live);
        column.busy.push(busy);
      }
    },
    report(now, live) {
      passShortfalls(now);
      for (const { image, createdAt } of live) of(image).machineMs += now - createdAt;
      const reports = scenario.pools.map(pool => ({
        ...figuresOf(of(pool.image), pool.price ?? scenario.price),
        ...{ image: pool.image, bootMs: pool.boot.p50, warm: pool.warm },
        shortages: [...of(pool.image).shortages.values()].sort((a, b) => b.ms - a.ms),
      }));
      return {
        seed: scenario.seed,
        durationMs: now,
        ticks: ticked.count,
        total: totalOf([...pools.values()], reports, all),
        pools: reports,
        hosts: {
          count: sumOf(scenario.hosts, ({ count }) => count),
          lost: lostHosts,
          ...{ cpus: cpus.read(now), memory: memory.read(now) },
        },
        series: { everyMs: sampleMs, pools: series },
      };
    },
  };
}

const sumOf = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0);

function addShortage(shortages: PoolTally['shortages'], { limit, missing }: Shortfall, ms: number): void {
  const known = shortages.get(limit.kind) ?? { kind: limit.kind, ms: 0, missing: 0, text: limit.text };
  const worse = missing > known.missing ? { missing, text: limit.text } : {};
  shortages.set(limit.kind, { ...known, ms: known.ms + ms, ...worse });
}

/** Something that rises and falls, as a share of a whole: its mean over time, and its peak. */
function createGauge(whole: number) {
  let [level, peak, sum, at] = [0, 0, 0, 0];
  const pass = (now: Instant) => {
    sum += level * (now - at);
    at = now;
  };
  return {
    add(change: number, now: Instant) {
      pass(now);
      level += change;
      peak = Math.max(peak, level);
    },
    read(now: Instant) {
      pass(now);
      return { mean: now === 0 ? 0 : sum / now / whole, peak: peak / whole };
    },
  };
}

type Figures = Omit<SimulatedPool, 'image' | 'bootMs' | 'warm' | 'shortages'>;

const hourMs = 3_600_000;

function figuresOf(pool: PoolTally, price: number): Figures {
  const { jobs, ended, lost, errored, queuePeak, made, failed, peak, machineMs, busyMs } = pool;
  return {
    ...{ jobs, ended, lost, errored, unfinished: jobs - ended - errored, queuePeak },
    waitMs: quantiles(pool.waits),
    machines: { made, failed, peak },
    machineHours: machineMs / hourMs,
    utilisation: machineMs === 0 ? null : Math.min(1, busyMs / machineMs),
    cost: (machineMs / hourMs) * price,
  };
}

function totalOf(
  tallies: readonly PoolTally[],
  reports: readonly Figures[],
  { peak, queuePeak }: Pick<PoolTally, 'peak' | 'queuePeak'>,
): Figures {
  const sum = (of: (tally: PoolTally) => number) => sumOf(tallies, of);
  const all = figuresOf(
    {
      ...emptyPool(),
      ...{ jobs: sum(each => each.jobs), ended: sum(each => each.ended), lost: sum(each => each.lost) },
      ...{ errored: sum(each => each.errored), queuePeak },
      ...{ made: sum(each => each.made), failed: sum(each => each.failed), peak },
      ...{ machineMs: sum(each => each.machineMs), busyMs: sum(each => each.busyMs) },
      waits: tallies.flatMap(({ waits }) => waits),
    },
    0,
  );
  return { ...all, cost: sumOf(reports, ({ cost }) => cost) };
}

function quantiles(waits: readonly number[]): Figures['waitMs'] {
  const sorted = Float64Array.from(waits).sort();
  const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1] ?? 0;
  return sorted.length === 0 ? null : { p50: at(0.5), p95: at(0.95), max: at(1) };
}
