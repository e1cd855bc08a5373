/**
 * Runs that are `preparing`: fetch the commit, read its suite file, plan the jobs. Level-triggered over the store, so a
 * coordinator that was killed half-way prepares the same run again and finds its commit already there.
 */

import type { CommitSha, Instant } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { FilePosition } from '#shared/run.ts';
import type { SuiteFile } from '#shared/suite-file.ts';
import { insertJob, type Job } from '../store/jobs.ts';
import { findRepository, type Repository } from '../store/repositories.ts';
import { assertRole, type Role } from '../store/roles.ts';
import { listRunsToPrepare, nextPreparationAt, type Run } from '../store/runs.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Wake } from '../wake.ts';
import { type PlannedJob, planRun, type RunPlan } from './plan-run.ts';
import type { Runs } from './runs.ts';

/** What the commit says should be run. */
export type SuiteFileReading =
  | { type: 'file'; file: SuiteFile }
  | { type: 'absent' }
  | { type: 'bad'; message: string; position: FilePosition | null };

/** Why the source of a commit could not be had. */
export type SourceFailure = { message: string; isPermanent: boolean };

export type PreparePorts = {
  /** Brings the commit into the mirror; null when it is there. */
  ensureCommit(repository: Repository, run: Run, signal: AbortSignal): Promise<SourceFailure | null>;
  readSuiteFile(repository: Repository, commit: CommitSha): Promise<SuiteFileReading>;
  /** The suite registered at the coordinator for repositories that carry no file. */
  registeredSuite(fullName: string): SuiteFile | null;
  mayRunUnisolated(fullName: string): boolean;
  publishStatus(tx: Tx, job: Job, at: Instant): Promise<Wake[]>;
};

export type PrepareParts = {
  store: Store;
  role: Role;
  runs: Runs;
  images: readonly ImageManifest[];
  ports: PreparePorts;
  wakeUp(wakes: Wake[]): void;
  now: () => Instant;
  random: () => number;
};

/** One tick. @returns in how many ms the next run is due, null when none waits. */
export async function prepareRuns(parts: PrepareParts, signal: AbortSignal): Promise<number | null> {
  const due = await listRunsToPrepare(parts.store.read, parts.now(), limits.gitProcesses * 4);
  await Promise.all(due.map(run => prepareRun(parts, run, signal)));
  const nextAt = await nextPreparationAt(parts.store.read);
  return nextAt === null ? null : Math.max(0, nextAt - parts.now());
}

async function prepareRun(parts: PrepareParts, run: Run, signal: AbortSignal): Promise<void> {
  const repository = await findRepository(parts.store.read, run.repositoryId);
  if (!repository) throw new Error(`run ${run.id} has no repository`);
  const failure = await parts.ports.ensureCommit(repository, run, signal);
  if (signal.aborted) return;
  const wakes = failure ? await postpone(parts, run, failure) : await planFromCommit(parts, run, repository);
  parts.wakeUp(wakes);
}

async function postpone(
  { store, role, runs, now, random }: PrepareParts,
  run: Run,
  failure: SourceFailure,
): Promise<Wake[]> {
  const tries = run.state.status === 'preparing' ? run.state.tries : 0;
  const isLast = failure.isPermanent || tries + 1 >= limits.prepareTries;
  const delayMs = Math.min(limits.retryFirstMs * 2 ** tries, limits.retryMaxMs) * (0.75 + random() / 2);
  const at = now();
  const retryAt = isLast ? null : at + Math.round(delayMs);
  return store.write(async tx => {
    await assertRole(tx, role);
    return (
      await runs.apply(tx, run.id, { type: 'preparation-failed', at, message: failure.message, retryAt })
    ).wakes;
  });
}

async function planFromCommit(parts: PrepareParts, run: Run, repository: Repository): Promise<Wake[]> {
  const reading = await readingFor(parts, run, repository);
  const at = parts.now();
  return parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    if (reading.type === 'bad')
      return (await parts.runs.apply(tx, run.id, { ...reading, type: 'refused', at })).wakes;
    if (reading.type === 'absent') {
      const message = `no .paddock.yml at ${run.commit.slice(0, 7)} and no suite registered for ${repository.fullName}`;
      return (await parts.runs.apply(tx, run.id, { type: 'found-empty', at, message })).wakes;
    }
    const plan = planRun(reading.file, parts.images, factsOf(parts, run, repository), at);
    return applyPlan(parts, tx, run, plan, at);
  });
}

/** One command instead of the suite file, the commit's own file, or the one registered here; in this order. */
async function readingFor(
  { ports }: PrepareParts,
  run: Run,
  repository: Repository,
): Promise<SuiteFileReading> {
  if (run.request.command !== null)
    return {
      type: 'file',
      file: { version: 1, suites: { default: { steps: [{ run: run.request.command }] } } },
    };
  const reading = await ports.readSuiteFile(repository, run.commit);
  if (reading.type !== 'absent') return reading;
  const registered = ports.registeredSuite(repository.fullName);
  return registered ? { type: 'file', file: registered } : reading;
}

const factsOf = ({ ports }: PrepareParts, run: Run, { fullName, forge }: Repository) => ({
  fullName,
  purpose: run.purpose,
  isTrusted: run.isTrusted,
  images: run.request.images,
  landed: run.request.landed,
  // Whoever starts a run by hand runs their own code on their own machines; only what a forge sends needs leave.
  mayRunUnisolated: forge === 'none' || ports.mayRunUnisolated(fullName),
});

async function applyPlan(parts: PrepareParts, tx: Tx, run: Run, plan: RunPlan, at: Instant): Promise<Wake[]> {
  if ('refusal' in plan)
    return (
      await parts.runs.apply(tx, run.id, { type: 'refused', at, message: plan.refusal, position: null })
    ).wakes;
  if ('empty' in plan)
    return (await parts.runs.apply(tx, run.id, { type: 'found-empty', at, message: plan.empty })).wakes;
  const planned = await parts.runs.apply(tx, run.id, { type: 'planned', at }, plan.warnings);
  // Superseded or cancelled while its commit was being fetched: then it has no jobs.
  if ('rejected' in planned) return planned.wakes;
  const wakes: Wake[] = [...planned.wakes, { type: 'scheduler' }, { type: 'fleet' }];
  for (const job of plan.jobs) wakes.push(...(await addJob(parts, tx, run, job, at)));
  return wakes;
}

async function addJob(
  { ports }: PrepareParts,
  tx: Tx,
  run: Run,
  planned: PlannedJob,
  at: Instant,
): Promise<Wake[]> {
  const job = await insertJob(tx, { ...planned, runId: run.id, repositoryId: run.repositoryId }, at);
  return ports.publishStatus(tx, job, at);
}
