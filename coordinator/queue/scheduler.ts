/**
 * The scheduler's shell: one transaction reads what is queued and what is ready, decides, and writes lease, attempt and
 * busy machine together. Pushing the work to the machine is only a hint; its next renewal asks anyway.
 */
import { isRejected } from '#shared/decision.ts';
import type { CoordinatorId, HostId, Instant, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Isolation } from '#shared/machine.ts';
import { decideMachine } from '#shared/machine-machine.ts';
import { insertAttempt, newAttemptId } from '../store/attempts.ts';
import { appendEvent } from '../store/events.ts';
import { listHosts } from '../store/hosts.ts';
import { type Job, listCandidates, listOccupiedJobs, listQueueGroups } from '../store/jobs.ts';
import { findMachine, listLiveMachines, saveMachineState } from '../store/machines.ts';
import { assertRole, type Role } from '../store/roles.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Wake } from '../wake.ts';
import type { Jobs } from './jobs.ts';
import { type Candidate, type ReadyMachine, type Shares, select } from './select.ts';

export type SchedulerParts = {
  store: Store;
  jobs: Jobs;
  role: Role;
  logOwner: CoordinatorId;
  now: () => Instant;
};

/** One tick: leases what can be leased. @returns what to hasten; nothing when there was nothing to do. */
export async function schedule({ store, jobs, role, logOwner, now }: SchedulerParts): Promise<Wake[]> {
  if ((await readyMachines(store.read)).length === 0) return [];
  return store.write(async tx => {
    await assertRole(tx, role);
    const machines = await readyMachines(tx);
    const candidates = await listQueue(tx, new Set(machines.map(({ image }) => image)));
    const assignments = select([...candidates.values()].map(toCandidate), machines, await shares(tx));
    const wakes: Wake[] = [];
    for (const assignment of assignments) {
      const job = candidates.get(assignment.job);
      const machine = machines.find(({ id }) => id === assignment.machine);
      if (job && machine) wakes.push(...(await lease(tx, jobs, job, machine, logOwner, now())));
    }
    if (assignments.length > 0) wakes.push({ type: 'fleet' });
    return wakes;
  });
}

const isolationOf = (drivers: { name: string; isolation: Isolation }[], driver: string): Isolation =>
  drivers.find(({ name }) => name === driver)?.isolation ?? 'none';

async function readyMachines(tx: Tx): Promise<ReadyMachine[]> {
  const machines = (await listLiveMachines(tx)).filter(({ state }) => state.status === 'ready');
  if (machines.length === 0) return [];
  const hosts = new Map((await listHosts(tx)).map(host => [host.id, host]));
  return machines.map(({ id, image, hostId, manifest, state }) => ({
    id,
    image,
    hostId,
    isolation: isolationOf(hosts.get(hostId)?.drivers ?? [], manifest.machine.driver),
    since: state.status === 'ready' ? state.since : 0,
  }));
}

async function listQueue(tx: Tx, images: Set<string>): Promise<Map<Job['id'], Job>> {
  const queue = new Map<Job['id'], Job>();
  for (const image of images)
    for (const group of await listQueueGroups(tx, image))
      for (const job of await listCandidates(tx, group, limits.candidatesPerGroup)) queue.set(job.id, job);
  return queue;
}

function toCandidate({ id, runId, repositoryId, image, class: order, isTrusted, state }: Job): Candidate {
  if (state.status !== 'queued') throw new Error(`job ${id} is ${state.status}, not queued`);
  return {
    id,
    runId,
    repositoryId,
    image,
    class: order,
    isTrusted,
    queuedAt: state.queuedAt,
    avoid: state.avoid,
  };
}

async function shares(tx: Tx): Promise<Shares> {
  const repositories = new Map<Job['repositoryId'], number>();
  const runs = new Map<Job['runId'], number>();
  for (const { repositoryId, runId } of await listOccupiedJobs(tx)) {
    repositories.set(repositoryId, (repositories.get(repositoryId) ?? 0) + 1);
    runs.set(runId, (runs.get(runId) ?? 0) + 1);
  }
  return { repositories, runs };
}

async function lease(
  tx: Tx,
  jobs: Jobs,
  job: Job,
  machine: { id: MachineId; hostId: HostId },
  logOwner: CoordinatorId,
  at: Instant,
): Promise<Wake[]> {
  const attempt = newAttemptId();
  const leased = await jobs.apply(tx, job.id, {
    type: 'leased',
    at,
    attempt,
    machine: machine.id,
    host: machine.hostId,
  });
  if ('rejected' in leased) return [];
  await insertAttempt(
    tx,
    attempt,
    {
      jobId: job.id,
      runId: job.runId,
      repositoryId: job.repositoryId,
      number: leased.job.state.lastAttempt,
      machineId: machine.id,
      hostId: machine.hostId,
      image: job.image,
      logOwner,
      queuedAt: job.state.status === 'queued' ? job.state.queuedAt : at,
    },
    at,
  );
  await occupyMachine(tx, machine.id, attempt, at);
  return [...leased.wakes, { type: 'push-machine', machine: machine.id }];
}

async function occupyMachine(
  tx: Tx,
  id: MachineId,
  attempt: ReturnType<typeof newAttemptId>,
  at: Instant,
): Promise<void> {
  const staleMachine = await findMachine(tx, id);
  if (!staleMachine) throw new Error(`there is no machine ${id}`);
  const decision = decideMachine(staleMachine.state, { type: 'leased', at, attempt });
  if (isRejected(decision)) throw new Error(`machine ${id} cannot be leased: ${decision.rejected.message}`);
  await saveMachineState(tx, staleMachine, decision.state);
  await appendEvent(tx, { at, type: 'machine.leased', machine: id, attempt, host: staleMachine.hostId });
}
