/** The end of an attempt as its machine reports it: verified, stored with everything that hangs on it, then answered. */
import type { Instant, MachineId } from '#shared/ids.ts';
import { type Finished, type FinishedAnswer, finished, type GuestDesired } from '#shared/messages.ts';
import type { ReportFile } from '#shared/test-report.ts';
import type { Wake } from '../ground/wake.ts';
import { insertArtifact } from '../store/artifacts.ts';
import { type Attempt, findAttempt } from '../store/attempts.ts';
import { keepCache } from '../store/caches.ts';
import { findMachine } from '../store/machines.ts';
import type { Tx } from '../store/store.ts';
import { desiredOf } from './guest-desired.ts';
import type { GuestParts } from './guest-ports.ts';
import type { EndedLog } from './jobs.ts';
import { keepReports, namedReports } from './keep-reports.ts';

export async function onFinished(
  parts: GuestParts,
  sender: string,
  payload: unknown,
): Promise<FinishedAnswer | null> {
  const parsed = finished.safeParse(payload);
  if (!parsed.success || parsed.data.machine !== sender) return null;
  const message = parsed.data;
  const attempt = await findAttempt(parts.store.read, message.attempt);
  if (attempt?.machineId !== message.machine || attempt.number !== message.number)
    return { answer: 'fenced' };
  if (attempt.state.status === 'ended') return answerFromRow(parts, attempt);
  parts.clock.renewed(attempt.id);
  const verified = await parts.ports.verifyLog(message);
  if (!verified.ok) return { answer: 'log-missing', from: verified.from };
  const missing = await parts.ports.missingArtifacts(message);
  if (missing) return { answer: 'later', message: missing };
  const reports = await parts.ports.arrivedReports(attempt.id, namedReports(message));
  return settle(parts, attempt, { message, reports, log: verified.log });
}

/** The answer for an attempt that is over, repeatable for ever: the agent's own report counted, or it came too late. */
async function answerFromRow(parts: GuestParts, attempt: Attempt): Promise<FinishedAnswer> {
  const hasCounted = attempt.state.status === 'ended' && attempt.state.log.state === 'complete';
  if (!hasCounted) return { answer: 'fenced' };
  const machine = await findMachine(parts.store.read, attempt.machineId);
  return { answer: 'settled', next: machine ? await desiredOf(parts, machine, null) : { want: 'retire' } };
}

async function settle(
  parts: GuestParts,
  attempt: Attempt,
  { message, reports, log }: { message: Finished; reports: ReportFile[]; log: EndedLog },
): Promise<FinishedAnswer> {
  const at = parts.now();
  const caches = message.caches ? await parts.ports.arrivedCaches(message) : [];
  const changes = await parts.store.write(async tx => {
    const event = { type: 'finished', at, number: message.number, end: message.end } as const;
    const applied = await parts.jobs.apply(tx, attempt.jobId, event, log);
    if ('rejected' in applied) return applied.wakes;
    await keepArtifacts(tx, attempt, message, at);
    for (const cache of caches) await keepCache(tx, attempt.id, cache, at);
    const kept = await keepReports(tx, { job: applied.job, attempt, message }, reports, at);
    // So the answer can carry what comes next, for this machine where it is one that stays.
    const assigned = await parts.ports.assignJobs(tx);
    return [...applied.wakes.filter(({ type }) => type !== 'scheduler'), ...assigned, ...kept];
  });
  parts.clock.forget(attempt.id);
  // The answer carries what comes next for this machine, and needs no message of its own.
  const order = changes.find(wake => isOrderTo(attempt.machineId, wake));
  parts.wakeUp(changes.filter(wake => wake !== order));
  if (order) return { answer: 'settled', next: order.desired };
  const settled = await findAttempt(parts.store.read, attempt.id);
  return settled ? answerFromRow(parts, settled) : { answer: 'fenced' };
}

const isOrderTo = (machine: MachineId, wake: Wake): wake is Wake & { desired: GuestDesired } =>
  wake.type === 'push-machine' && wake.machine === machine && wake.desired !== undefined;

async function keepArtifacts(tx: Tx, attempt: Attempt, message: Finished, at: Instant): Promise<void> {
  if (message.end.reason !== 'exited' || message.end.exitCode !== 0) return;
  for (const file of message.artifacts)
    await insertArtifact(
      tx,
      { ...file, repositoryId: attempt.repositoryId, jobId: attempt.jobId, attemptId: attempt.id },
      at,
    );
}
