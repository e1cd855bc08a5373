/**
 * The scheduler's shell: one transaction reads what is queued and what is ready, decides, and writes lease, attempt and
 * busy machine together. Pushing the work to the machine is only a hint; its next renewal asks anyway.
 */
import { isRejected } from '#shared/decision.ts';
import type { AttemptId, CoordinatorId, Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { hasTimeForJob, type Isolation } from '#shared/machine.ts';
import { decideMachine } from '#shared/machine-machine.ts';
import type { Wake } from '../ground/wake.ts';
import { insertAttempt, newAttemptId } from '../store/attempts.ts';
import { appendEvent } from '../store/events.ts';
import { listHosts } from '../store/hosts.ts';
import { hasQueuedJobs, type Job, listOccupiedJobs } from '../store/jobs.ts';
import { listReadyMachines, type Machine, saveMachineState } from '../store/machines.ts';
import { assertRole, holdsRole, type Role } from '../store/roles.ts';
import type { Store, Tx } from '../store/store.ts';
import { readQueue } from './candidates.ts';
import { orderAtOnce } from './guest-desired.ts';
import type { Jobs } from './jobs.ts';
import type { RunSpecPorts } from './run-spec.ts';
import { type Candidate, type ReadyMachine, type Shares, select } from './select.ts';

export type SchedulerParts = {
  store: Store;
  jobs: Jobs;
  role: Role;
  logOwner: CoordinatorId;
  spec: RunSpecPorts;
  now: () => Instant;
};

/** One tick: leases what can be leased. @returns what to hasten; nothing when there was nothing to do. */
export async function schedule(parts: SchedulerParts): Promise<Wake[]> {
  const { store, role, now } = parts;
  // In this order: with nothing to do for thousands of machines none of them is looked at.
  if (!(await hasQueuedJobs(store.read))) return [];
  if ((await readyMachines(store.read, now())).machines.length === 0) return [];
  return store.write(async tx => {
    await assertRole(tx, role);
    return lease(parts, tx);
  });
}

/**
 * The same inside of a transaction that has just queued a job or freed a machine: one commit less between a webhook and
 * its step. Whoever is not the brain does nothing.
 */
export async function assign(parts: Omit<SchedulerParts, 'store'>, tx: Tx): Promise<Wake[]> {
  return (await holdsRole(tx, parts.role)) ? lease(parts, tx) : [];
}

async function lease(parts: Omit<SchedulerParts, 'store'>, tx: Tx): Promise<Wake[]> {
  if (!(await hasQueuedJobs(tx))) return [];
  const at = parts.now();
  const ready = await readyMachines(tx, at);
  if (ready.machines.length === 0) return [];
  const shares = await readShares(tx);
  const queue = await readQueue(tx, ready.machines, shares);
  const assignments = select(queue.jobs.map(toCandidate), ready.machines, shares);
  const wakes: Wake[] = [];
  for (const assignment of assignments) {
    const job = queue.jobs.find(({ id }) => id === assignment.job);
    const machine = ready.rows.get(assignment.machine);
    if (job && machine) wakes.push(...(await leaseJob(parts, tx, job, machine, at)));
  }
  if (assignments.length === 0) return wakes;
  // What was left out of this tick may fit what is left over.
  const isMoreToDo = ready.isCut || (queue.isCut && assignments.length < ready.machines.length);
  return [...wakes, { type: 'fleet' }, ...(isMoreToDo ? [{ type: 'scheduler' } as const] : [])];
}

const isolationOf = (drivers: { name: string; isolation: Isolation }[], driver: string): Isolation =>
  drivers.find(({ name }) => name === driver)?.isolation ?? 'none';

/** `isCut`: some were left out. */
type Ready = { machines: ReadyMachine[]; rows: ReadonlyMap<Machine['id'], Machine>; isCut: boolean };

/** Ready machines that may take a job: their host is there and not being drained, and they are not too old for one. */
async function readyMachines(tx: Tx, at: Instant): Promise<Ready> {
  const rows = await listReadyMachines(tx);
  const hosts = new Map(rows.length === 0 ? [] : (await listHosts(tx)).map(host => [host.id, host]));
  const machines = rows.flatMap(({ id, image, hostId, manifest, state, expiresAt }) => {
    const host = hosts.get(hostId);
    const isUsable = host && !host.isDraining && at - host.lastSeenAt < limits.hostSilenceMs;
    if (state.status !== 'ready' || !isUsable || !hasTimeForJob(expiresAt, at)) return [];
    const isolation = isolationOf(host.drivers, manifest.machine.driver);
    return [{ id, image, hostId, isolation, since: state.since }];
  });
  machines.sort((a, b) => a.since - b.since);
  const batch = [...Map.groupBy(machines, ({ image }) => image).values()].flatMap(ofImage =>
    ofImage.slice(0, limits.leasesPerTick),
  );
  return {
    machines: batch,
    rows: new Map(rows.map(row => [row.id, row])),
    isCut: batch.length < machines.length,
  };
}

function toCandidate({ id, repositoryId, changeKey, image, class: order, isTrusted, state }: Job): Candidate {
  if (state.status !== 'queued') throw new Error(`job ${id} is ${state.status}, not queued`);
  const { queuedAt, avoid } = state;
  return { id, repositoryId, changeKey, image, class: order, isTrusted, queuedAt, avoid };
}

async function readShares(tx: Tx): Promise<Shares> {
  const repositories = new Map<Job['repositoryId'], number>();
  const changes = new Map<string, number>();
  for (const { repositoryId, changeKey } of await listOccupiedJobs(tx)) {
    repositories.set(repositoryId, (repositories.get(repositoryId) ?? 0) + 1);
    changes.set(changeKey, (changes.get(changeKey) ?? 0) + 1);
  }
  return { repositories, changes };
}

async function leaseJob(
  { jobs, logOwner, spec }: Pick<SchedulerParts, 'jobs' | 'logOwner' | 'spec'>,
  tx: Tx,
  staleJob: Job,
  staleMachine: Machine,
  at: Instant,
): Promise<Wake[]> {
  const id = newAttemptId();
  const { id: machineId, hostId } = staleMachine;
  const leased = await jobs.applyTo(tx, staleJob, {
    type: 'leased',
    at,
    attempt: id,
    machine: machineId,
    host: hostId,
  });
  if ('rejected' in leased) return [];
  const { job } = leased;
  const { repositoryId, runId, image, state } = job;
  const queuedAt = staleJob.state.status === 'queued' ? staleJob.state.queuedAt : at;
  const number = state.lastAttempt;
  const attempt = await insertAttempt(
    tx,
    id,
    { jobId: job.id, runId, repositoryId, number, machineId, hostId, image, logOwner, queuedAt },
    at,
  );
  const machine = await occupyMachine(tx, staleMachine, id, at);
  const desired = await orderAtOnce(tx, spec, { attempt, job, machine });
  // Without an order the machine is told after the commit what it shall do then.
  return [...leased.wakes, { type: 'push-machine', machine: machineId, ...(desired ? { desired } : {}) }];
}

async function occupyMachine(
  tx: Tx,
  staleMachine: Machine,
  attempt: AttemptId,
  at: Instant,
): Promise<Machine> {
  const { id, hostId } = staleMachine;
  const decision = decideMachine(staleMachine.state, { type: 'leased', at, attempt });
  if (isRejected(decision)) throw new Error(`machine ${id} cannot be leased: ${decision.rejected.message}`);
  const machine = await saveMachineState(tx, staleMachine, decision.state);
  await appendEvent(tx, { at, type: 'machine.leased', machine: id, attempt, host: hostId });
  return machine;
}
