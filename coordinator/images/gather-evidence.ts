/** From rows and logs to what `judge` decides on. Reading only. */
import type { AttemptId, JobId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Moment } from '#shared/log-moments.ts';
import { hasFailedToStart } from '#shared/machine.ts';
import { listArtifactsOfJobs } from '../store/artifacts.ts';
import { type Attempt, listLastAttempts } from '../store/attempts.ts';
import { listEventsOfMachine } from '../store/events.ts';
import type { ImageVersion } from '../store/images.ts';
import { type Job, listJobsOfRun } from '../store/jobs.ts';
import { listMachinesOfImage, type Machine } from '../store/machines.ts';
import { findRun, type Run } from '../store/runs.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Evidence, JobEvidence, MachineEvidence } from './evidence.ts';
import { candidateName } from './names.ts';
import { readSaid, type Said } from './read-log.ts';

export type EvidencePorts = {
  store: Store;
  logs: {
    read(attempt: AttemptId): AsyncIterable<Uint8Array>;
    moments(attempt: AttemptId): Promise<readonly Moment[]>;
  };
  /** Why a queued job waits, in a sentence. */
  waitReason(tx: Tx, job: Job): Promise<string | null>;
};

export async function gatherEvidence(
  { store: { read }, logs, waitReason }: EvidencePorts,
  { image, number, manifest, run: runId }: ImageVersion,
  ageMs: number,
): Promise<Evidence> {
  const run = runId && (await findRun(read, runId));
  const jobs = run ? await listJobsOfRun(read, run.id) : [];
  const attempts = await listLastAttempts(
    read,
    jobs.map(({ id }) => id),
  );
  const machines = await listMachinesOfImage(read, candidateName(image, number), run?.createdAt ?? 0);
  const waiting = jobs.find(({ state }) => state.status === 'queued');
  return {
    manifest,
    ageMs,
    runRefusal: refusalOf(run || null),
    jobs: jobs.map(job => jobEvidence(job, attempts)),
    machines: await Promise.all(machines.map(machine => machineEvidence(read, machine))),
    said: await saidBy(logs, jobs, attempts),
    artifacts: await listArtifactsOfJobs(
      read,
      jobs.map(({ id }) => id),
    ),
    waits: waiting ? await waitReason(read, waiting) : null,
  };
}

function refusalOf(run: Run | null): string | null {
  if (!run) return 'its run is not there any more';
  return run.state.status === 'preparing' || run.state.status === 'planned' ? null : run.state.message;
}

function jobEvidence({ id, suite, state }: Job, attempts: ReadonlyMap<JobId, Attempt>): JobEvidence {
  const attempt = attempts.get(id);
  const ended = attempt?.state.status === 'ended' ? attempt.state : null;
  return {
    id,
    suite,
    outcome: state.status === 'settled' ? state.outcome : null,
    message: state.status === 'settled' ? state.message : '',
    attempt: attempt
      ? { platform: attempt.platform, end: ended?.end ?? null, log: ended?.log ?? null, marks: attempt.marks }
      : null,
  };
}

async function machineEvidence(read: Tx, { id, createdAt, state }: Machine): Promise<MachineEvidence> {
  const events = await listEventsOfMachine(read, id, limits.machineEvents);
  return {
    id,
    requestedAt: createdAt,
    reportedInAt: events.find(({ type }) => type === 'machine.reported-in')?.at ?? null,
    gone:
      state.status === 'gone'
        ? { at: state.at, hasFailedToStart: hasFailedToStart(state), ...whyGone(events, state.reason) }
        : null,
  };
}

/** What its console says comes first, then why it was taken away; that its host has obeyed says nothing. */
function whyGone(events: readonly { type: string; data?: Record<string, unknown> }[], otherwise: string) {
  const reasonIn = (type: string): string | null => {
    const reason = events.find(event => event.type === type)?.data?.reason;
    return typeof reason === 'string' ? reason : null;
  };
  const diagnosis = reasonIn('machine.diagnosed');
  return {
    reason: diagnosis ?? reasonIn('machine.retire-requested') ?? otherwise,
    isDiagnosed: diagnosis !== null,
  };
}

/** Only once its job is over: what is read of a log that still grows would have to be read again. */
async function saidBy(
  logs: EvidencePorts['logs'],
  jobs: readonly Job[],
  attempts: ReadonlyMap<JobId, Attempt>,
): Promise<Said | null> {
  const job = jobs.find(({ suite }) => suite === 'machine');
  const attempt = job?.state.status === 'settled' ? attempts.get(job.id) : undefined;
  return attempt ? readSaid(logs.read(attempt.id), await logs.moments(attempt.id)) : null;
}
