/**
 * A fleet in virtual time: the real planner and the real order of the queue over hosts, machines and jobs that only are
 * numbers. Events that would wake the planner do so here; it looks at most once in `gather`, and at least every few
 * seconds, as the coordinator's own loop does.
 */
import type { AttemptId, Instant, JobId } from '#shared/ids.ts';
import { isolationBy } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { Scenario } from '#shared/scenario-file.ts';
import { createBootFailures } from '../fleet/boot-failures.ts';
import { type Plan, plan } from '../fleet/plan.ts';
import { backoffIn } from '../fleet/quarantine.ts';
import type { Snapshot } from '../fleet/snapshot.ts';
import type { Candidate } from '../queue/select.ts';
import { type Agenda, createAgenda } from './agenda.ts';
import type { Arrival, ArrivingJob } from './arrivals.ts';
import { createChance } from './chance.ts';
import { createDispatch } from './dispatch.ts';
import { createHosts, type SimulatedHost } from './hosts.ts';
import { createMachines, type SimulatedMachine } from './machines.ts';
import { plannedPools } from './pools.ts';
import { createTally, type Tally } from './tally.ts';

export type SimulatedJob = Candidate & {
  readonly runMs: number;
  readonly createdAt: Instant;
  retries: number;
  hasStarted: boolean;
};

/** Whoever wants to see it all: transcripts, and the tests that hold it against its invariants. */
export type Observer = {
  onPlan?(plan: Plan, snapshot: Snapshot, now: Instant): void;
  onLeased?(job: SimulatedJob, machine: SimulatedMachine, now: Instant): void;
  onMachine?(machine: SimulatedMachine, from: SimulatedMachine['state']['status'] | null, now: Instant): void;
};

export type World = {
  readonly agenda: Pick<Agenda, 'now' | 'step'>;
  readonly tally: Tally;
  live(): SimulatedMachine[];
  /** No job is left, and none will come. */
  isOver(): boolean;
};

export type WorldParts = {
  scenario: Scenario;
  arrivals: Iterator<Arrival>;
  sampleMs: number;
  observer?: Observer;
};

/** A host hears of what it should do by a message. */
const tellMs = 50;
/** So often the planner looks unasked. */
const tickMs = 5_000;
const dayMs = 86_400_000;

export function createWorld({ scenario, arrivals, sampleMs, observer = {} }: WorldParts): World {
  const agenda = createAgenda();
  const hosts = createHosts(scenario);
  const pools = plannedPools(scenario);
  const written = new Map(scenario.pools.map(pool => [pool.image, pool]));
  const tally = createTally(scenario, sampleMs);
  const failures = createBootFailures();
  const chance = { boots: createChance(scenario.seed, 1), hosts: createChance(scenario.seed, 2) };
  const held = new Map<AttemptId, { job: SimulatedJob; machine: SimulatedMachine; since: Instant }>();
  let [jobsMade, attemptsMade, jobsLeft] = [0, 0, 0];
  let isMoreToCome = true;
  let tickIsDueAt = Number.POSITIVE_INFINITY;
  let tickedAt = Number.NEGATIVE_INFINITY;

  const machines = createMachines((machine, from, effects) => {
    if (from === 'ready') dispatch.machineTaken(machine);
    if (machine.state.status === 'ready') dispatch.machineReady(machine);
    if (machine.state.status === 'retiring') retire(machine);
    if (machine.state.status === 'gone') tally.machineGone(machine, agenda.now);
    observer.onMachine?.(machine, from, agenda.now);
    for (const effect of effects) if (effect.type === 'lose-attempt') lose(effect.attempt);
    wake();
  });
  const dispatch = createDispatch<SimulatedJob>({
    hostOf: hosts.get,
    isolationOf: image => isolationBy[pool(image).driver],
    onLeased: lease,
  });

  function pool(image: string) {
    const found = written.get(image);
    if (!found) throw new Error(`there is no pool of ${image}`);
    return found;
  }

  const isUp = ({ hostId }: SimulatedMachine): boolean => hosts.get(hostId).isUp;

  // Jobs.

  function arrive(): void {
    const next = arrivals.next();
    isMoreToCome = !next.done;
    if (next.done) return;
    const { at, jobs } = next.value;
    agenda.after(at - agenda.now, () => {
      for (const job of jobs) queueNew(job);
      dispatch.run(agenda.now);
      wake();
      arrive();
    });
  }

  function queueNew({ runMs, ...facts }: ArrivingJob): void {
    const id = `job-${String(++jobsMade).padStart(9, '0')}` as JobId;
    const [createdAt, queuedAt] = [agenda.now, agenda.now];
    jobsLeft += 1;
    tally.of(facts.image).jobs += 1;
    queue({ ...facts, id, runMs, createdAt, queuedAt, avoid: null, retries: 0, hasStarted: false });
  }

  function queue(job: SimulatedJob): void {
    dispatch.queue(job);
    tally.queued(job.image);
  }

  function lease(job: SimulatedJob, machine: SimulatedMachine): void {
    const attempt = `attempt-${++attemptsMade}` as AttemptId;
    if (!machines.apply(machine, { type: 'leased', at: agenda.now, attempt }))
      throw new Error(`${machine.id} cannot take ${job.id}`);
    observer.onLeased?.(job, machine, agenda.now);
    held.set(attempt, { job, machine, since: agenda.now });
    tally.started(job.image, job.hasStarted ? null : agenda.now - job.createdAt);
    job.hasStarted = true;
    if (isUp(machine)) agenda.after(job.runMs, () => end(attempt));
    else agenda.after(limits.leaseMs, () => lose(attempt));
  }

  /** The attempt holds its machine no more. Null for one that is over already. */
  function letGo(attempt: AttemptId) {
    const found = held.get(attempt);
    if (!found) return null;
    const { job, machine, since } = found;
    held.delete(attempt);
    dispatch.letGo(job);
    const pool = tally.of(job.image);
    pool.busy -= 1;
    pool.busyMs += agenda.now - since;
    machines.apply(machine, { type: 'released', at: agenda.now, attempt });
    return { job, machine, pool };
  }

  function end(attempt: AttemptId): void {
    const machine = held.get(attempt)?.machine;
    if (!machine || !isUp(machine)) return;
    const over = letGo(attempt);
    if (!over) return;
    over.pool.ended += 1;
    jobsLeft -= 1;
    dispatch.run(agenda.now);
  }

  /** Tried again elsewhere, as often as the coordinator does. */
  function lose(attempt: AttemptId): void {
    const over = letGo(attempt);
    if (!over) return;
    const { job, machine, pool } = over;
    pool.lost += 1;
    hosts.get(machine.hostId).lostAt = agenda.now;
    if (job.retries < limits.infrastructureRetries)
      queue({ ...job, retries: job.retries + 1, avoid: machine.hostId, queuedAt: agenda.now });
    else {
      pool.errored += 1;
      jobsLeft -= 1;
    }
    dispatch.run(agenda.now);
    wake();
  }

  // Machines.

  function make(machine: SimulatedMachine): void {
    tally.machineMade(machine, agenda.now);
    observer.onMachine?.(machine, null, agenda.now);
    const { boot } = pool(machine.image);
    const doesFail = chance.boots.happens(scenario.failures.boot);
    const doesHang = chance.boots.happens(scenario.failures.hang);
    const bootMs = Math.max(tellMs, chance.boots.logNormal(boot));
    agenda.after(tellMs, () => {
      if (isUp(machine)) machines.apply(machine, { type: 'created', at: agenda.now });
    });
    if (!doesHang) agenda.after(bootMs, () => (doesFail ? failBoot(machine) : reportIn(machine)));
  }

  const isStarting = ({ state: { status } }: SimulatedMachine): boolean =>
    status === 'requested' || status === 'booting';

  function reportIn(machine: SimulatedMachine): void {
    if (!isUp(machine) || !isStarting(machine)) return;
    machines.apply(machine, { type: 'reported-in', at: agenda.now });
    failures.succeeded(machine.image, machine.hostId, machine.createdAt);
    dispatch.run(agenda.now);
  }

  function failBoot(machine: SimulatedMachine): void {
    if (isUp(machine) && isStarting(machine)) bootFailed(machine, 'it ended before it had reported in');
  }

  function bootFailed(machine: SimulatedMachine, reason: string): void {
    countBootFailure(machine, reason);
    machines.apply(machine, { type: 'observed-gone', at: agenda.now, reason });
  }

  function countBootFailure({ id, image, hostId, createdAt }: SimulatedMachine, reason: string): void {
    failures.failed({ id, image, hostId, createdAt }, reason, agenda.now);
    tally.of(image).failed += 1;
  }

  function retire(machine: SimulatedMachine): void {
    agenda.after(tellMs + pool(machine.image).end, () => {
      if (isUp(machine))
        machines.apply(machine, { type: 'observed-gone', at: agenda.now, reason: 'destroyed' });
    });
  }

  // Hosts.

  function loseHosts(): void {
    const perDay = scenario.failures['hosts-lost'] * hosts.all.length;
    if (perDay === 0) return;
    agenda.after(chance.hosts.exponential(dayMs / perDay), () => {
      const host = hosts.all[Math.floor(chance.hosts.next() * hosts.all.length)];
      if (host?.isUp) loseHost(host);
      loseHosts();
    });
  }

  /** Nobody says so: leases run out, and the planner finds it silent. */
  function loseHost(host: SimulatedHost): void {
    host.isUp = false;
    host.lastSeenAt = agenda.now;
    tally.hostLost();
    for (const [attempt, { machine }] of held)
      if (machine.hostId === host.id) agenda.after(limits.leaseMs, () => lose(attempt));
    agenda.after(scenario.failures['back-after'], () => returnHost(host));
  }

  function returnHost(host: SimulatedHost): void {
    host.isUp = true;
    host.lastSeenAt = agenda.now;
    const reason = 'its host no longer has it';
    for (const machine of machines.live(agenda.now)) {
      if (machine.hostId !== host.id) continue;
      if (isStarting(machine)) bootFailed(machine, reason);
      else machines.apply(machine, { type: 'observed-gone', at: agenda.now, reason });
    }
    wake();
  }

  // The planner.

  /** Wake-ups are gathered: one look answers all of them. */
  function wake(): void {
    tickBy(Math.max(agenda.now, tickedAt + scenario.gather));
  }

  function tickBy(at: Instant): void {
    if (at >= tickIsDueAt) return;
    tickIsDueAt = at;
    agenda.after(at - agenda.now, () => {
      if (tickIsDueAt === at) tick();
    });
  }

  function tick(): void {
    const now = agenda.now;
    tickIsDueAt = Number.POSITIVE_INFINITY;
    tickedAt = now;
    const snapshot = takeSnapshot(now);
    const planned = plan(snapshot, now);
    observer.onPlan?.(planned, snapshot, now);
    for (const action of planned.actions) {
      if (action.type === 'create') make(machines.request(action, now));
      else carryOut(action);
    }
    tally.ticked(planned.shortfalls, now);
    tickBy(now + tickMs);
  }

  function carryOut(action: Exclude<Plan['actions'][number], { type: 'create' }>): void {
    const machine = machines.find(action.machine);
    if (!machine) throw new Error(`there is no machine ${action.machine}`);
    const { reason } = action;
    if (action.type === 'retire' && action.cause === 'boot-failed') countBootFailure(machine, reason);
    const type = action.type === 'retire' ? 'retire-requested' : 'observed-gone';
    machines.apply(machine, { type, at: agenda.now, reason });
  }

  function takeSnapshot(now: Instant): Snapshot {
    hosts.hear(now);
    const [failed, quarantines] = [failures.list(), failures.quarantines()];
    return {
      pools,
      hosts: hosts.all,
      machines: machines.live(now),
      queued: dispatch.waiting.counts,
      backoffOf: (image, host) => backoffIn(failed, quarantines, image, host),
      quarantines,
      isAttentive: true,
    };
  }

  function sampleOn(): void {
    tally.sample();
    agenda.after(sampleMs, sampleOn);
  }

  arrive();
  loseHosts();
  sampleOn();
  tickBy(0);
  return {
    agenda,
    tally,
    live: () => machines.live(agenda.now),
    isOver: () => !isMoreToCome && jobsLeft === 0,
  };
}
