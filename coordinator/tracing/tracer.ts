/**
 * One trace for each run, made when the run is over, from what is stored of it: nothing is measured twice, and no way that
 * a job takes knows of it. What a restart loses is a trace, never a verdict.
 */
import type { Instant, RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type Loop, startLoop } from '../ground/loop.ts';
import { listAttemptsOfJobs } from '../store/attempts.ts';
import { type ForgeWrite, listCommitWrites } from '../store/forge-writes.ts';
import { listJobsOfRun } from '../store/jobs.ts';
import { findMachine } from '../store/machines.ts';
import { findRepository } from '../store/repositories.ts';
import { findRun } from '../store/runs.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Exporter } from './exporter.ts';
import { spansOf, type TracedRun } from './run-spans.ts';

export type TracerParts = {
  store: Pick<Store, 'read'>;
  exporter: Pick<Exporter, 'add'>;
  report: { warn(fields: object, message: string): void };
  now: () => Instant;
};

export type Tracer = Pick<Loop, 'close'> & {
  /** Something of the run has changed. */
  touch(run: RunId): void;
};

export function startTracer({ store, exporter, report, now }: TracerParts): Tracer {
  const touched = new Set<RunId>();
  /** Until when runs were traced; what is run again comes after. */
  const traced = new Map<RunId, Instant>();

  /** @returns whether it has to be looked at once more */
  async function trace(id: RunId): Promise<boolean> {
    const found = await loadRun(store.read, id, traced.get(id) ?? 0);
    if (!found) return false;
    const { endedAt, ...run } = found;
    const isTold = run.writes.every(({ status }) => status !== 'pending');
    if (!isTold && now() - endedAt < limits.traceStatusesMs) return true;
    exporter.add(spansOf(run));
    traced.delete(id);
    traced.set(id, endedAt);
    for (const oldest of traced.keys()) if (traced.size > limits.tracedRuns) traced.delete(oldest);
    return false;
  }

  const loop = startLoop({
    gatherMs: limits.traceGatherMs,
    async tick(signal) {
      for (const run of [...touched]) {
        if (signal.aborted) break;
        touched.delete(run);
        if (await trace(run)) touched.add(run);
      }
      return touched.size > 0 ? limits.traceGatherMs : null;
    },
    onError: error => report.warn({ err: error }, 'the trace of a run could not be made'),
  });

  return {
    touch(run) {
      if (touched.size >= limits.tracedRuns) return;
      touched.add(run);
      loop.wake();
    },
    close: loop.close,
  };
}

/** Null while one of its jobs may still run, and when none has run since then. */
async function loadRun(
  read: Tx,
  id: RunId,
  since: Instant,
): Promise<(TracedRun & { endedAt: Instant }) | null> {
  const jobs = await listJobsOfRun(read, id);
  const settled = jobs.flatMap(({ state }) => (state.status === 'settled' ? [state.settledAt] : []));
  if (jobs.length === 0 || settled.length < jobs.length) return null;
  const run = await findRun(read, id);
  const repository = run && (await findRepository(read, run.repositoryId));
  if (!run || !repository) return null;
  const all = await listAttemptsOfJobs(
    read,
    jobs.map(job => job.id),
  );
  const attempts = all.filter(({ times }) => times.queuedAt >= since);
  if (attempts.length === 0) return null;
  const endedAt = Math.max(...settled);
  const machines = await Promise.all(attempts.map(({ machineId }) => findMachine(read, machineId)));
  const begunAt = since === 0 ? run.createdAt : since;
  return {
    ...{ run, repository: repository.fullName, jobs, endedAt },
    attempts: attempts.map((attempt, n) => ({ ...attempt, requestedAt: machines[n]?.createdAt ?? null })),
    writes: await writesOf(read, { repository: repository.fullName, commit: run.commit }, begunAt),
  };
}

async function writesOf(
  read: Tx,
  about: Parameters<typeof listCommitWrites>[2],
  since: Instant,
): Promise<ForgeWrite[]> {
  const [statuses, checks] = [
    await listCommitWrites(read, 'status', about),
    await listCommitWrites(read, 'check', about),
  ];
  // What another one took the place of before it was sent was told nobody.
  return [...statuses, ...checks].filter(
    ({ createdAt, status }) => createdAt >= since && status !== 'dropped',
  );
}
