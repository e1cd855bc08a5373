/** What a machine says of the attempt that it runs: that it lives, and how far it is. */
import type { AttemptTimes } from '#shared/attempt.ts';
import type { Instant } from '#shared/ids.ts';
import type { GuestRenewal } from '#shared/messages.ts';
import type { Wake } from '../ground/wake.ts';
import { type Attempt, findAttempt, saveAttempt } from '../store/attempts.ts';
import { appendEvent } from '../store/events.ts';
import type { Tx } from '../store/store.ts';
import type { GuestParts, Running } from './guest-ports.ts';

/** A machine speaks for its own attempt only: whatever it says of another is not heard. */
export async function hearRunning(
  parts: GuestParts,
  { machine, running, platform }: GuestRenewal,
): Promise<void> {
  if (!running) return;
  const attempt = await findAttempt(parts.store.read, running.attempt);
  const isOwn = attempt?.machineId === machine && attempt.number === running.number;
  if (!isOwn || attempt.state.status !== 'running') return;
  parts.clock.renewed(attempt.id);
  if (hasProgress(attempt, running)) await recordProgress(parts, running, platform);
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
    const hasNewPhase = attempt.state.status === 'running' && attempt.state.phase !== running.phase;
    if (hasNewPhase)
      await appendEvent(tx, {
        at,
        type: `attempt.${running.phase}`,
        run: attempt.runId,
        job: attempt.jobId,
        attempt: attempt.id,
        machine: attempt.machineId,
      });
    return afterProgress(parts, tx, attempt, running, hasNewPhase ? 'phase' : 'step', at);
  });
  parts.wakeUp(wakes);
}

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
  what: 'phase' | 'step',
  at: Instant,
): Promise<Wake[]> {
  const isOver = running.phase === 'uploads' || running.phase === 'reporting';
  if (!isOver) {
    const published = await ports.publishProgress(tx, attempt, what, at);
    return [{ type: 'changed', run: attempt.runId, job: attempt.jobId }, ...published];
  }
  return (await jobs.apply(tx, attempt.jobId, { type: 'steps-ended', at, number: running.number })).wakes;
}
