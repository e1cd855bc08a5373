/** What a machine should do now. */
import type { GuestDesired } from '#shared/messages.ts';
import { findAttempt, findRunningAttempt } from '../store/attempts.ts';
import { findJob } from '../store/jobs.ts';
import type { Machine } from '../store/machines.ts';
import { findRepository } from '../store/repositories.ts';
import { findRun } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import type { GuestParts, Running } from './guest-ports.ts';
import { noSecrets, type RunSpecPorts, type RunSpecRows, runSpecFor } from './run-spec.ts';
import { withhold } from './withheld-secrets.ts';

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
  const rows = await rowsOf(parts.store.read, { attempt, job, machine });
  const { spec } = parts.ports;
  // It has them already: what is repeated to it is that it shall run.
  const given = running ? noSecrets : await spec.secrets.give(rows);
  if ('code' in given) return withhold(parts, rows, given);
  return { want: 'run', spec: runSpecFor(rows, given, spec) };
}

/** The order to a machine, in the transaction that leases it; null where secrets have to be opened first. */
export async function orderAtOnce(tx: Tx, ports: RunSpecPorts, lease: Lease): Promise<GuestDesired | null> {
  const rows = await rowsOf(tx, lease);
  const given = await ports.secrets.atOnce(tx, rows);
  return given && { want: 'run', spec: runSpecFor(rows, given, ports) };
}

type Lease = Pick<RunSpecRows, 'attempt' | 'job' | 'machine'>;

async function rowsOf(tx: Tx, lease: Lease): Promise<RunSpecRows> {
  const run = await findRun(tx, lease.job.runId);
  const repository = run && (await findRepository(tx, run.repositoryId));
  if (!run || !repository) throw new Error(`attempt ${lease.attempt.id} has no run or repository`);
  return { ...lease, run, repository };
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
