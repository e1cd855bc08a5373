/** What a machine should do now. */
import type { GuestDesired } from '#shared/messages.ts';
import { findAttempt, findRunningAttempt } from '../store/attempts.ts';
import { findJob } from '../store/jobs.ts';
import type { Machine } from '../store/machines.ts';
import { findRepository } from '../store/repositories.ts';
import { findRun } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import type { GuestParts, Running } from './guest-ports.ts';
import { type RunSpecPorts, type RunSpecRows, runSpecFor } from './run-spec.ts';

/** From rows alone; `running` is what the machine says it runs, so that it can be told about that one. */
export async function desiredOf(
  parts: GuestParts,
  machine: Machine,
  running: Running | null,
): Promise<GuestDesired> {
  const attempt = await findRunningAttempt(parts.store.read, machine.id);
  if (running && running.attempt !== attempt?.id) return aboutOldAttempt(parts, machine, running);
  if (!attempt)
    return machine.state.status === 'retiring' || machine.state.status === 'gone'
      ? { want: 'retire' }
      : { want: 'idle' };
  const job = await findJob(parts.store.read, attempt.jobId);
  if (!job) throw new Error(`attempt ${attempt.id} has no job`);
  const ref = { attempt: attempt.id, number: attempt.number };
  if (job.state.status === 'cancelling')
    return { want: 'cancel', ...ref, reason: job.state.reason, message: job.state.message };
  return orderOf(parts.store.read, parts.ports.spec, { attempt, job, machine });
}

/** The order to a machine to run what it has been given. */
export async function orderOf(
  tx: Tx,
  ports: RunSpecPorts,
  lease: Pick<RunSpecRows, 'attempt' | 'job' | 'machine'>,
): Promise<GuestDesired> {
  const run = await findRun(tx, lease.job.runId);
  const repository = run && (await findRepository(tx, run.repositoryId));
  if (!run || !repository) throw new Error(`attempt ${lease.attempt.id} has no run or repository`);
  return { want: 'run', spec: runSpecFor({ ...lease, run, repository }, ports) };
}

async function aboutOldAttempt(
  { store }: GuestParts,
  machine: Machine,
  running: Running,
): Promise<GuestDesired> {
  const ref = { attempt: running.attempt, number: running.number };
  const old = await findAttempt(store.read, running.attempt);
  const isOurs =
    old?.machineId === machine.id && old.state.status === 'ended' && old.state.log.state === 'complete';
  return isOurs ? { want: 'settled', ...ref } : { want: 'fenced', ...ref };
}
