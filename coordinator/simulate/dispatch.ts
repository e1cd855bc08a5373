/** Queued jobs to ready machines, by the scheduler's own policy, and within its bounds of one tick. */
import type { HostId, Instant, JobId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { hasTimeForJob, type Isolation } from '#shared/machine.ts';
import { isConnected, type PlannedHost } from '../fleet/snapshot.ts';
import { type Candidate, type ReadyMachine, select } from '../queue/select.ts';
import type { SimulatedMachine } from './machines.ts';
import { createWaitingJobs, type WaitingJobs } from './waiting-jobs.ts';

export type DispatchParts<Job extends Candidate> = {
  hostOf(id: HostId): PlannedHost;
  isolationOf(image: string): Isolation;
  onLeased(job: Job, machine: SimulatedMachine): void;
};

export type Dispatch<Job extends Candidate> = {
  queue(job: Job): void;
  /** The job holds its machine no more. */
  letGo(job: Job): void;
  machineReady(machine: SimulatedMachine): void;
  machineTaken(machine: SimulatedMachine): void;
  /** Gives out what can be given out now. */
  run(now: Instant): void;
  readonly waiting: Pick<WaitingJobs, 'counts' | 'shares'>;
};

export function createDispatch<Job extends Candidate>(parts: DispatchParts<Job>): Dispatch<Job> {
  const waiting = createWaitingJobs();
  const jobs = new Map<JobId, Job>();
  /** By image, those that have been ready the longest first. */
  const ready = new Map<string, Map<MachineId, SimulatedMachine>>();

  const isUsable = ({ hostId, expiresAt }: SimulatedMachine, now: Instant): boolean => {
    const host = parts.hostOf(hostId);
    return !host.isDraining && isConnected(host, now) && hasTimeForJob(expiresAt, now);
  };

  function batchOf(image: string, now: Instant): SimulatedMachine[] {
    const batch: SimulatedMachine[] = [];
    if ((waiting.counts.get(image) ?? 0) === 0) return batch;
    for (const machine of ready.get(image)?.values() ?? []) {
      if (isUsable(machine, now)) batch.push(machine);
      if (batch.length === limits.leasesPerTick) break;
    }
    return batch;
  }

  /** One tick. @returns how many jobs it gave a machine */
  function tick(now: Instant): number {
    const batches = [...ready.keys()].map(image => ({ image, machines: batchOf(image, now) }));
    const candidates = batches.flatMap(({ image, machines }) =>
      machines.length > 0 ? waiting.candidates(image, machines.length) : [],
    );
    if (candidates.length === 0) return 0;
    const machines = batches.flatMap(batch => batch.machines);
    const assignments = select(
      candidates,
      machines.map(machine => readyOf(machine, parts.isolationOf(machine.image))),
      waiting.shares,
    );
    const byId = new Map(machines.map(machine => [machine.id, machine]));
    for (const { job: id, machine } of assignments) {
      const [job, taken] = [jobs.get(id), byId.get(machine)];
      if (!job || !taken) throw new Error(`${id} or ${machine} is not there`);
      jobs.delete(id);
      waiting.remove(job);
      waiting.share(job, 1);
      parts.onLeased(job, taken);
    }
    return assignments.length;
  }

  return {
    waiting,
    queue(job) {
      jobs.set(job.id, job);
      waiting.add(job);
    },
    letGo: job => waiting.share(job, -1),
    machineReady(machine) {
      const ofImage = ready.get(machine.image) ?? new Map();
      ready.set(machine.image, ofImage.set(machine.id, machine));
    },
    machineTaken: machine => void ready.get(machine.image)?.delete(machine.id),
    run(now) {
      while (tick(now) > 0);
    },
  };
}

const readyOf = ({ id, image, hostId, since }: SimulatedMachine, isolation: Isolation): ReadyMachine => ({
  id,
  image,
  hostId,
  isolation,
  since,
});
