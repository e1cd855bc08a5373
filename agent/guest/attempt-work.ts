/** The part of an attempt that makes its end: source, steps, uploads, under deadline and, for `once`, under silence. */
import type { ArtifactFile } from '#shared/artifact.ts';
import { outcomeOf } from '#shared/job.ts';
import type { RunSpec } from '#shared/messages.ts';
import type { AttemptLog } from './attempt-log.ts';
import type { HandedOver } from './attempt-report.ts';
import type { Ending } from './ending.ts';
import { isSystemError, SiteFailed, SourceFailed, UploadFailed } from './errors.ts';
import type { MachineParts } from './machine-parts.ts';
import type { Progress } from './progress.ts';
import { runSteps } from './run-steps.ts';
import { passedSteps, pastDeadline, setupFailed, silenced } from './sentences.ts';
import { watchSilence } from './silence.ts';
import { uploadArtifacts } from './uploads/upload-artifacts.ts';
import type { Workplace } from './workplace.ts';

export type Work = {
  parts: MachineParts;
  spec: RunSpec;
  place: Workplace;
  ending: Ending;
  progress: Progress;
  attemptLog: AttemptLog;
};

/**
 * Does the work. Afterwards `ending` has its end, or is discarded. Returns what the coordinator has complete: artifacts,
 * which count only when the end is a pass, and reports. Throws on a bug only.
 */
export async function work(task: Work): Promise<Pick<HandedOver, 'artifacts' | 'reports'>> {
  const artifacts = await workToTheEnd(task);
  return { artifacts, reports: await reportsAfter(task) };
}

async function workToTheEnd(task: Work): Promise<ArtifactFile[]> {
  const { spec, ending, progress } = task;
  const deadline = setTimeout(() => {
    ending.propose(pastDeadline(spec.deadlineMs, progress.facts().step ?? 0));
  }, spec.deadlineMs);
  let endSilenceWatch = () => {};
  try {
    if (spec.kind === 'once') endSilenceWatch = await beAnswered(task);
    return await sourceStepsUploads(task);
  } catch (error) {
    if (!ending.signal.aborted) ending.propose(failureEnd(error));
    return [];
  } finally {
    clearTimeout(deadline);
    endSilenceWatch();
  }
}

/** The end stands by now. Somebody who has cancelled wants the machine, and one that is lost has no reports to give. */
async function reportsAfter({ parts, spec, place, ending, progress, attemptLog }: Work) {
  const end = ending.end();
  const isOver =
    end === null || end.reason === 'cancelled' || end.reason === 'superseded' || end.reason === 'lost';
  if (!spec.reports || isOver || ending.discarded.aborted) return null;
  if (attemptLog.marks().length === 0) return { reports: [], notices: [] };
  progress.enter('uploads');
  try {
    const { handOverReports } = await import('./uploads/hand-over-reports.ts');
    return await handOverReports({
      patterns: spec.reports,
      to: spec.artifacts,
      secrets: Object.values(spec.secrets),
      hasPassed: outcomeOf(end) === 'passed',
      find: (patterns, signal) => parts.site.findArtifacts(place, patterns, signal, Number.POSITIVE_INFINITY),
      scratch: place.root,
      gateway: parts.gateway,
      log: parts.log,
      signal: ending.discarded,
    });
  } catch (error) {
    if (ending.discarded.aborted) return null;
    throw error;
  }
}

/** `once`: nothing happens before the coordinator has just said "run this", and nothing goes on in its silence. */
async function beAnswered({ parts: { renewals, timings }, spec, ending }: Work): Promise<() => void> {
  await renewals.confirmed(spec, ending.signal);
  const onSilence = () => ending.propose(silenced(timings.onceSilenceMs));
  return watchSilence({ answeredAt: renewals.answeredAt, limitMs: timings.onceSilenceMs, onSilence });
}

async function sourceStepsUploads(task: Work): Promise<ArtifactFile[]> {
  const { spec, ending, progress } = task;
  if (spec.source.type !== 'none') progress.enter('source');
  await task.parts.site.bringSource(task.place, spec.source, ending.signal);
  const end = await takeSteps(task);
  if (end) ending.propose(end);
  if (ending.signal.aborted) return [];
  if (spec.artifacts.patterns.length > 0) progress.enter('uploads');
  const { parts, place } = task;
  const artifacts = await uploadArtifacts({
    artifacts: spec.artifacts,
    find: (patterns, signal) => parts.site.findArtifacts(place, patterns, signal),
    gateway: parts.gateway,
    log: parts.log,
    signal: ending.signal,
  });
  ending.propose(passedSteps(spec.steps.length));
  return artifacts;
}

const takeSteps = ({ parts, spec, place, ending, progress, attemptLog }: Work) =>
  runSteps({
    spec,
    site: parts.site,
    place,
    attemptLog,
    log: parts.log,
    signal: ending.signal,
    onStep: index => progress.enter('steps', index),
  });

/** Trouble with the source, the artifacts or this machine's disk: no verdict of the suite. A bug is thrown on. */
function failureEnd(error: unknown) {
  if (error instanceof SourceFailed || error instanceof UploadFailed)
    return setupFailed(error.message, error.cure === 'nothing');
  if (error instanceof SiteFailed) return setupFailed(error.message, false);
  if (isSystemError(error)) return setupFailed(`this machine failed: ${error.message}`, false);
  throw error;
}
