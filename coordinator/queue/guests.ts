/**
 * What guests say and are told. Level-triggered: a renewal says what is, the answer says what should be, and both may be
 * repeated or lost. The sender is proven by the subject; the attempt and number in the payload are checked against rows.
 */

import type { AttemptTimes } from '#shared/attempt.ts';
import { isRejected } from '#shared/decision.ts';
import type { Instant, MachineId } from '#shared/ids.ts';
import { decideMachine } from '#shared/machine-machine.ts';
import {
  type Finished,
  type FinishedAnswer,
  finished,
  type GuestDesired,
  type GuestRenewal,
  guestRenewal,
} from '#shared/messages.ts';
import { insertArtifact } from '../store/artifacts.ts';
import { type Attempt, findAttempt, findRunningAttempt, saveAttempt } from '../store/attempts.ts';
import { appendEvent } from '../store/events.ts';
import { findJob } from '../store/jobs.ts';
import { findMachine, type Machine, saveMachineState } from '../store/machines.ts';
import { findRepository } from '../store/repositories.ts';
import { findRun } from '../store/runs.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Wake } from '../wake.ts';
import type { EndedLog, Jobs } from './jobs.ts';
import type { LeaseClock } from './lease-clock.ts';
import { type RunSpecPorts, runSpecFor } from './run-spec.ts';

export type VerifiedLog = { ok: true; log: EndedLog } | { ok: false; from: number };

export type GuestPorts = {
  /** Compares what is stored with what the agent computed; on success everything is on disk or in `inline`. */
  verifyLog(message: Finished): Promise<VerifiedLog>;
  /** Whether every artifact the message names is stored under its digest; a sentence when one is not. */
  missingArtifacts(message: Finished): Promise<string | null>;
  spec: RunSpecPorts;
  /** The phase or step of a running job is another: its commit status may say so. */
  publishProgress(tx: Tx, job: Attempt['jobId'], at: Instant): Promise<Wake[]>;
};

export type Guests = {
  /** Answers `up.<machine>.renew`. @returns null for a message that deserves no answer. */
  onRenewal(sender: string, payload: unknown): Promise<GuestDesired | null>;
  /** Answers `up.<machine>.finished`. */
  onFinished(sender: string, payload: unknown): Promise<FinishedAnswer | null>;
  /** What the machine should do now, from rows alone. */
  desiredFor(machine: MachineId): Promise<GuestDesired>;
};

export type GuestParts = {
  store: Store;
  jobs: Jobs;
  clock: LeaseClock;
  ports: GuestPorts;
  wakeUp(wakes: Wake[]): void;
  now: () => Instant;
};

export function createGuests(parts: GuestParts): Guests {
  return {
    onRenewal: (sender, payload) => onRenewal(parts, sender, payload),
    onFinished: (sender, payload) => onFinished(parts, sender, payload),
    async desiredFor(id) {
      const machine = await findMachine(parts.store.read, id);
      return machine ? desiredOf(parts, machine, null) : { want: 'retire' };
    },
  };
}

async function onRenewal(parts: GuestParts, sender: string, payload: unknown): Promise<GuestDesired | null> {
  const parsed = guestRenewal.safeParse(payload);
  if (!parsed.success || parsed.data.machine !== sender) return null;
  const renewal = parsed.data;
  const machine = await findMachine(parts.store.read, renewal.machine);
  if (!machine) return { want: 'retire' };
  const isNew = machine.state.status === 'requested' || machine.state.status === 'booting';
  const current = isNew ? await reportIn(parts, machine) : machine;
  await renew(parts, renewal);
  return desiredOf(parts, current, renewal.running);
}

/** A machine speaks for its own attempt only: whatever it says of another is not heard. */
async function renew(parts: GuestParts, { machine, running, platform }: GuestRenewal): Promise<void> {
  if (!running) return;
  const attempt = await findAttempt(parts.store.read, running.attempt);
  const isOwn = attempt?.machineId === machine && attempt.number === running.number;
  if (!isOwn || attempt.state.status !== 'running') return;
  parts.clock.renewed(attempt.id);
  if (hasProgress(attempt, running)) await recordProgress(parts, running, platform);
}

/** The machine's first renewal makes it ready. */
async function reportIn({ store, wakeUp, now }: GuestParts, { id }: Machine): Promise<Machine> {
  const { machine, wakes } = await store.write(async tx => {
    const staleMachine = await findMachine(tx, id);
    if (!staleMachine) throw new Error(`there is no machine ${id}`);
    const decision = decideMachine(staleMachine.state, { type: 'reported-in', at: now() });
    if (isRejected(decision)) return { machine: staleMachine, wakes: [] };
    const saved = await saveMachineState(tx, staleMachine, decision.state);
    await appendEvent(tx, { at: now(), type: 'machine.reported-in', machine: id, host: saved.hostId });
    return { machine: saved, wakes: [{ type: 'scheduler' }] as Wake[] };
  });
  wakeUp(wakes);
  return machine;
}

/** Phase and step are rows, because people look at them; bytes and seconds are not. Written only when they change. */
async function recordProgress(
  parts: GuestParts,
  running: Running,
  platform: GuestRenewal['platform'],
): Promise<void> {
  const wakes = await parts.store.write(async tx => {
    const attempt = await findAttempt(tx, running.attempt);
    if (!attempt || !hasProgress(attempt, running)) return [];
    const at = parts.now();
    await saveAttempt(tx, {
      ...attempt,
      platform,
      step: running.step,
      state: { status: 'running', phase: running.phase },
      times: phaseTimes(attempt.times, running.phase, at),
    });
    if (attempt.state.status === 'running' && attempt.state.phase !== running.phase)
      await appendEvent(tx, {
        at,
        type: `attempt.${running.phase}`,
        run: attempt.runId,
        job: attempt.jobId,
        attempt: attempt.id,
        machine: attempt.machineId,
      });
    return afterProgress(parts, tx, attempt, running, at);
  });
  parts.wakeUp(wakes);
}

type Running = NonNullable<GuestRenewal['running']>;

const hasProgress = ({ state, step, number, platform }: Attempt, running: Running): boolean =>
  state.status === 'running' &&
  number === running.number &&
  (state.phase !== running.phase || step !== running.step || platform === null);

const phaseTimes = (times: AttemptTimes, phase: Running['phase'], at: Instant): AttemptTimes => ({
  ...times,
  sourceAt: times.sourceAt ?? (phase === 'starting' ? null : at),
  stepsAt: times.stepsAt ?? (phase === 'starting' || phase === 'source' ? null : at),
  uploadsAt: times.uploadsAt ?? (phase === 'uploads' || phase === 'reporting' ? at : null),
});

async function afterProgress(
  { jobs, ports }: GuestParts,
  tx: Tx,
  attempt: Attempt,
  running: Running,
  at: Instant,
): Promise<Wake[]> {
  const isOver = running.phase === 'uploads' || running.phase === 'reporting';
  if (!isOver) {
    const published = await ports.publishProgress(tx, attempt.jobId, at);
    return [{ type: 'changed', run: attempt.runId, job: attempt.jobId }, ...published];
  }
  return (await jobs.apply(tx, attempt.jobId, { type: 'steps-ended', at, number: running.number })).wakes;
}

async function onFinished(
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
  return settle(parts, attempt, message, verified.log);
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
  message: Finished,
  log: EndedLog,
): Promise<FinishedAnswer> {
  const at = parts.now();
  const transition = await parts.store.write(async tx => {
    const event = { type: 'finished', at, number: message.number, end: message.end } as const;
    const applied = await parts.jobs.apply(tx, attempt.jobId, event, log);
    if (!('rejected' in applied)) await keepArtifacts(tx, attempt, message, at);
    return applied;
  });
  parts.clock.forget(attempt.id);
  parts.wakeUp(transition.wakes);
  const settled = await findAttempt(parts.store.read, attempt.id);
  return settled ? answerFromRow(parts, settled) : { answer: 'fenced' };
}

async function keepArtifacts(tx: Tx, attempt: Attempt, message: Finished, at: Instant): Promise<void> {
  if (message.end.reason !== 'exited' || message.end.exitCode !== 0) return;
  for (const file of message.artifacts)
    await insertArtifact(
      tx,
      { ...file, repositoryId: attempt.repositoryId, jobId: attempt.jobId, attemptId: attempt.id },
      at,
    );
}

/** From rows alone; `running` is what the machine says it runs, so that it can be told about that one. */
async function desiredOf(
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
  const run = job && (await findRun(parts.store.read, job.runId));
  const repository = run && (await findRepository(parts.store.read, run.repositoryId));
  if (!job || !run || !repository) throw new Error(`attempt ${attempt.id} has no job, run or repository`);
  const ref = { attempt: attempt.id, number: attempt.number };
  if (job.state.status === 'cancelling')
    return { want: 'cancel', ...ref, reason: job.state.reason, message: job.state.message };
  return { want: 'run', spec: runSpecFor({ attempt, job, run, repository, machine }, parts.ports.spec) };
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
