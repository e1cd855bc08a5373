/** The part of an attempt that makes its end: source, steps, uploads, under deadline and, for `once`, under silence. */
import type { CacheOrder } from '#shared/cache.ts';
import { outcomeOf } from '#shared/job.ts';
import type { RunSpec } from '#shared/messages.ts';
import type { AttemptLog } from './attempt-log.ts';
import type { HandedOver } from './attempt-report.ts';
import type { CacheWork } from './caches/restore-caches.ts';
import type { Ending } from './ending.ts';
import { isSystemError, SiteFailed, SourceFailed, UploadFailed } from './errors.ts';
import type { MachineParts } from './machine-parts.ts';
import type { Progress } from './progress.ts';
import { runSteps, type StepsEnd } from './run-steps.ts';
import { secretValues } from './secret-files.ts';
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

/** What the coordinator has complete; it counts only when the end is a pass. */
type Passed = Pick<HandedOver, 'artifacts' | 'caches'>;

/** With reports, which count always. */
export type Uploaded = Passed & Pick<HandedOver, 'reports'>;

export const nothingUploaded: Uploaded = { artifacts: [], caches: [], reports: null };

/** Does the work. Afterwards `ending` has its end, or is discarded. Throws on a bug only. */
export async function work(task: Work): Promise<Uploaded> {
  const uploaded = await workToTheEnd(task);
  return { ...uploaded, reports: await reportsAfter(task) };
}

async function workToTheEnd(task: Work): Promise<Passed> {
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
    return nothingUploaded;
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
      secrets: secretValues(spec),
      hasPassed: outcomeOf(end) === 'passed',
      find: (patterns, signal) => parts.site.findArtifacts(place, patterns, signal, Number.POSITIVE_INFINITY),
      scratch: place.root,
      way: parts.way,
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

async function sourceStepsUploads(task: Work): Promise<Passed> {
  const { spec, ending, progress } = task;
  if (spec.source.type !== 'none') progress.enter('source');
  await task.parts.site.bringSource(task.place, spec.source, ending.signal);
  const caches = await restored(task);
  const end = await takeSteps(task);
  if (end) ending.propose(end);
  if (ending.signal.aborted) return nothingUploaded;
  if (spec.artifacts.patterns.length > 0 || caches.length > 0) progress.enter('uploads');
  const { parts, place } = task;
  const artifacts = await uploadArtifacts({
    artifacts: spec.artifacts,
    find: (patterns, signal) => parts.site.findArtifacts(place, patterns, signal),
    way: parts.way,
    log: parts.log,
    signal: ending.signal,
  });
  const kept = await handCachesOver(task, caches);
  ending.propose(passedSteps(spec.steps.length));
  return { artifacts, caches: kept };
}

const cacheWork = ({ parts, spec, place, ending }: Work): CacheWork | null =>
  spec.caches
    ? {
        caches: spec.caches,
        site: parts.site,
        place,
        way: parts.way,
        log: parts.log,
        signal: ending.signal,
      }
    : null;

/** Those that may be handed over in the end. */
async function restored(task: Work): Promise<CacheOrder[]> {
  const work = cacheWork(task);
  if (!work) return [];
  const { restoreCaches } = await import('./caches/restore-caches.ts');
  return restoreCaches(work);
}

async function handCachesOver(task: Work, orders: readonly CacheOrder[]): Promise<Uploaded['caches']> {
  const work = cacheWork(task);
  if (!work || orders.length === 0) return [];
  const { keepCaches } = await import('./caches/keep-caches.ts');
  return keepCaches(work, task.spec.artifacts, orders);
}

/** Files of secrets are there for the steps, and no longer. */
async function takeSteps(task: Work): Promise<StepsEnd> {
  const { parts, spec, place, ending } = task;
  if (!spec.secretFiles) return takeStepsAlone(task);
  try {
    await parts.site.keepSecrets(place, spec.secretFiles, ending.signal);
    return await takeStepsAlone(task);
  } finally {
    await parts.site.dropSecrets(place);
  }
}

const takeStepsAlone = ({ parts, spec, place, ending, progress, attemptLog }: Work): Promise<StepsEnd> =>
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
