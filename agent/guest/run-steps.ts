import { resolve } from 'node:path';
import type { AttemptEnd } from '#shared/job.ts';
import type { RunSpec, RunStep } from '#shared/messages.ts';
import type { AttemptLog } from './attempt-log.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { StepRun } from './process/follow-step.ts';
import { failedStep, placeText, type StepPlace, setupFailed, timedOutStep } from './sentences.ts';
import type { Site } from './site.ts';
import { stepEnvironment } from './step-environment.ts';
import type { Workplace } from './workplace.ts';

export type StepsRequest = {
  spec: RunSpec;
  site: Site;
  place: Workplace;
  attemptLog: AttemptLog;
  log: Diagnostics;
  signal: AbortSignal;
  /** Called before each step. */
  onStep(index: number): void;
};

/** How the steps ended: null when all passed or when they were stopped (the signal says why). */
export type StepsEnd = AttemptEnd | null;

/**
 * Runs the steps one after the other; the first that does not exit with 0 is the last. When this returns, no process of
 * any step is left, as far as the system lets us kill, and every mark has its final count of late bytes.
 */
export async function runSteps(request: StepsRequest): Promise<StepsEnd> {
  const { spec, signal, onStep } = request;
  const runs: StepRun[] = [];
  try {
    for (const [index, step] of spec.steps.entries()) {
      if (signal.aborted) return null;
      onStep(index);
      const place = { index, of: spec.steps.length, step };
      const end = await runOne(request, place, runs);
      if (end) return end;
    }
    return null;
  } finally {
    await Promise.all(runs.map(run => run.close()));
    for (const [step, run] of runs.entries()) request.attemptLog.countLate(step, run.lateBytes());
  }
}

async function runOne(request: StepsRequest, place: StepPlace, runs: StepRun[]): Promise<StepsEnd> {
  const { site, attemptLog, log, spec, signal } = request;
  const { workspace } = request.place;
  const directory = resolve(workspace, place.step.directory);
  if (!(await site.isDirectory(workspace, signal)))
    return setupFailed(`${placeText(place)}: the checkout is gone; a step before has removed it`, true);
  if (!(await site.isDirectory(directory, signal)))
    return setupFailed(`${placeText(place)}: the checkout has no directory "${place.step.directory}"`, true);
  const { index: step } = place;
  const from = attemptLog.spool.size();
  attemptLog.mark({ type: 'step-started', step }, Date.now());
  const run = await site.runStep({ ...commandOf(request, place.step), directory });
  runs.push(run);
  attemptLog.mark({ type: 'step-ended', step, ...exitOf(run), lateBytes: run.lateBytes() }, run.endedAt);
  if (run.leftBehind) log('processes-left', { attempt: spec.attempt, step, message: run.leftBehind });
  return endOf(place, run, request.attemptLog, from);
}

const commandOf = ({ spec, site, place, attemptLog, signal }: StepsRequest, step: RunStep) => ({
  place,
  shell: spec.shell,
  run: step.run,
  env: stepEnvironment(site.environmentOf(place), spec, step, place.secrets),
  timeoutMs: step.timeoutMs,
  idleTimeoutMs: step.idleTimeoutMs,
  spool: attemptLog.spool,
  stop: signal,
});

function exitOf({ end }: StepRun): { exitCode: number | null; signal?: string } {
  if (end.ended !== 'exited' && end.ended !== 'timed-out') return { exitCode: null };
  const { exitCode, signal } = end;
  return { exitCode, ...(signal === undefined ? {} : { signal }) };
}

async function endOf(
  place: StepPlace,
  { end }: StepRun,
  { spool, lastLineSince }: AttemptLog,
  from: number,
): Promise<StepsEnd> {
  switch (end.ended) {
    case 'stopped':
      return null;
    case 'exited':
      return end.exitCode === 0 ? null : failedStep(place, end, lastLineSince(from));
    case 'timed-out':
      return timedOutStep(place, end.limit);
    case 'log-full':
      // Past its bound a second try prints as much; a full disk is this machine's trouble.
      return setupFailed(`${placeText(place)}: ${end.message}`, spool.size() >= spool.limitBytes);
    case 'lost':
      return setupFailed(`${placeText(place)}: ${end.message}`, false);
    case 'not-started':
      // Another machine may have what this one lacks: a shell, memory, room on its disk.
      return setupFailed(`${placeText(place)} could not be started: ${end.message}`, false);
  }
}
