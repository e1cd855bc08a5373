/**
 * Open heads get jobs on a version of an image that has become ready: pull requests and branches would show nothing of it
 * until their next commit, and nobody could make it required. Level-triggered over the store: a version is wanted until
 * nothing is left, and what became of a head is noted in the transaction that adds its jobs, so that a coordinator that was
 * killed half-way goes on. Whatever a head is trusted with, its new jobs are trusted with no more; on-merge jobs are none of
 * it, because a release is no test.
 */
import type { Instant, RunId } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { Wake } from '../ground/wake.ts';
import {
  listBackfillHeads,
  listOpenHeads,
  listWantedBackfills,
  saveBackfillHead,
  type VersionKey,
} from '../store/backfill.ts';
import { appendEvent } from '../store/events.ts';
import { findVersion, saveVersion } from '../store/images.ts';
import { type Job, listJobsOfRun } from '../store/jobs.ts';
import { findRepository, type Repository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { findRun, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import type { RepositoryPolicy } from './intake-ports.ts';
import { openHeads } from './open-heads.ts';
import { planCommit } from './plan-commit.ts';
import { addJobs, cutWarning } from './plan-from-commit.ts';
import { backfillClass, type RunPlan } from './plan-run.ts';
import type { PlannedJob } from './planned-job.ts';
import type { PrepareParts, SourceFailure } from './prepare-ports.ts';
import { readSource } from './read-source.ts';
import { factsOf } from './run-facts.ts';

export type BackfillParts = Omit<PrepareParts, 'random' | 'report'> & {
  policyFor(fullName: string): RepositoryPolicy | null;
};

/** One tick, of one version. @returns in how many ms to look again; null: there is nothing to wait for. */
export async function backfill(parts: BackfillParts, signal: AbortSignal): Promise<number | null> {
  const { store, now } = parts;
  const [version, ...others] = await listWantedBackfills(store.read);
  const image = version && (await imageNamed(parts, store.read, version.image));
  if (!version || !image) return null;
  const { due, pending } = await openHeads(store.read, version, image, now());
  if (pending === 0) {
    await conclude(parts, version, image);
    return others.length > 0 ? 0 : null;
  }
  const wakes = await Promise.all(due.map(run => attend(parts, version, run, signal)));
  parts.wakeUp(wakes.flat());
  return due.length > 0 ? 0 : nextTryIn(parts, version);
}

const imageNamed = async (
  { images }: BackfillParts,
  tx: Tx,
  name: string,
): Promise<ImageManifest | undefined> => (await images(tx)).find(image => image.name === name);

async function nextTryIn({ store, now }: BackfillParts, version: VersionKey): Promise<number> {
  const heads = await listBackfillHeads(store.read, version);
  const times = heads.flatMap(({ status, nextAt }) => (status === 'postponed' ? [nextAt] : []));
  return Math.max(0, Math.min(...times, now() + limits.retryMaxMs) - now());
}

async function conclude(
  { store, role, now }: BackfillParts,
  key: VersionKey,
  image: ImageManifest,
): Promise<void> {
  await store.write(async tx => {
    await assertRole(tx, role);
    const at = now();
    const version = await findVersion(tx, key.image, key.number);
    // Another head may have come meanwhile.
    const { pending, filled, passedOver, jobs } = await openHeads(tx, key, image, at);
    if (version?.backfill !== 'wanted' || pending > 0) return;
    await saveVersion(tx, { ...version, backfill: 'done' });
    const data = { number: key.number, heads: filled, jobs, passedOver };
    await appendEvent(tx, { at, type: 'image.back-filled', image: key.image, data });
  });
}

type Head = { version: VersionKey; run: Run; repository: Repository };

/** Everything that takes time comes before the transaction; what is decided there is decided on the rows of that moment. */
async function attend(
  parts: BackfillParts,
  version: VersionKey,
  id: RunId,
  signal: AbortSignal,
): Promise<Wake[]> {
  const { store, ports } = parts;
  const run = await findRun(store.read, id);
  const repository = run && (await findRepository(store.read, run.repositoryId));
  if (!run || !repository) throw new Error(`run ${id} has no repository`);
  const head = { version, run, repository };
  const refusal = refusalOf(parts, head);
  if (refusal) return passOver(parts, head, refusal);
  const failure = await ports.ensureCommit(repository, run, signal);
  if (failure) return putOff(parts, head, failure);
  const source = await readSource(parts, run, repository, signal);
  if ('failure' in source) return putOff(parts, head, source.failure);
  signal.throwIfAborted();
  if (source.head.type === 'bad') return passOver(parts, head, 'it has no suite file that can be read');
  return store.write(async tx => {
    await assertRole(tx, parts.role);
    const at = parts.now();
    const run = await findOpen(tx, head);
    const images = await parts.images(tx);
    if (!run || !images.some(({ name }) => name === version.image)) return [];
    const facts = await factsOf(parts, tx, run, repository);
    const plan = planCommit(source, images, facts, at);
    return fill(parts, tx, { ...head, run }, 'absent' in plan ? nothingToRun : plan, at);
  });
}

const nothingToRun: RunPlan = { empty: 'it has no suite file' };

/** Of a branch that is not tested any more nobody wants to know how it does on a new image. */
function refusalOf({ policyFor }: BackfillParts, { run, repository }: Head): string | null {
  const policy = policyFor(repository.fullName);
  if (!policy) return `${repository.fullName} is not configured here any more`;
  if (run.purpose !== 'landed' || policy.isConfiguredBranch(run.ref, repository.defaultBranch)) return null;
  return `${run.ref} is no configured branch of ${repository.fullName}`;
}

/** As it is now; null: another commit is the head, it is closed, or another version is the current one. */
async function findOpen(tx: Tx, { version, run: { id, repositoryId } }: Head): Promise<Run | null> {
  const isWanted = (await listWantedBackfills(tx)).some(
    ({ image, number }) => image === version.image && number === version.number,
  );
  if (!isWanted) return null;
  const query = { ...version, repositories: [repositoryId], dueBy: Number.MAX_SAFE_INTEGER, max: 1, run: id };
  return (await listOpenHeads(tx, query)).length > 0 ? findRun(tx, id) : null;
}

async function fill(parts: BackfillParts, tx: Tx, head: Head, plan: RunPlan, at: Instant): Promise<Wake[]> {
  const { version, run } = head;
  const known = await listJobsOfRun(tx, run.id);
  const jobs = suitesOn(plan, version.image);
  const why = whyNot(known, jobs);
  if (why !== null || !('jobs' in plan)) {
    await note(tx, head, { status: 'passed-over', note: why });
    return [];
  }
  const warnings = warningsNow(run, plan.warnings, version.image);
  const learned = { title: run.title, warnings };
  const { run: planned, wakes } = await parts.runs.applyTo(tx, run, { type: 'back-filled', at }, learned);
  await note(tx, head, { status: 'filled', jobs: jobs.length });
  return [...wakes, ...(await addJobs(parts, tx, planned, jobs, at))];
}

const suitesOn = (plan: RunPlan, image: string): PlannedJob[] =>
  ('jobs' in plan ? plan.jobs : [])
    .filter(job => job.stage === 'suite' && job.image === image)
    .map(job => ({ ...job, class: backfillClass }));

/** Why a head gets no job on the image; null: it does. */
function whyNot(known: readonly Job[], jobs: readonly PlannedJob[]): string | null {
  if (jobs.length === 0) return 'no suite of it runs on this image';
  if (jobs.every(({ state }) => state.status === 'settled' && state.outcome === 'errored'))
    return 'it comes from a fork, and the image isolates nothing';
  if (known.length + jobs.length > limits.jobsPerRun) return `its run has ${known.length} jobs already`;
  return known.length > 0 && known.every(wasEnded) ? 'its run was cancelled' : null;
}

const wasEnded = ({ state }: Job): boolean =>
  state.status === 'cancelling' ||
  (state.status === 'settled' && (state.outcome === 'cancelled' || state.outcome === 'superseded'));

/** What was said of the run and is still so, and what is to be said of the image. */
const warningsNow = (run: Run, warnings: readonly string[], image: string): string[] => [
  ...warnings.filter(warning => run.warnings.includes(warning) || warning.startsWith(`${image} `)),
  ...run.warnings.filter(warning => warning === cutWarning),
];

type Noted = { status: 'filled' | 'passed-over' | 'postponed'; jobs?: number; note?: string | null };

const note = (tx: Tx, { version, run }: Head, noted: Noted, tries = 0, nextAt: Instant = 0): Promise<void> =>
  saveBackfillHead(tx, { ...version, run: run.id, jobs: 0, note: null, ...noted, tries, nextAt });

async function passOver({ store, role }: BackfillParts, head: Head, why: string): Promise<Wake[]> {
  await store.write(async tx => {
    await assertRole(tx, role);
    if (await findOpen(tx, head)) await note(tx, head, { status: 'passed-over', note: why });
  });
  return [];
}

/** Tried again after pauses that double, as often as a run is prepared. */
async function putOff(
  parts: BackfillParts,
  head: Head,
  { message, isPermanent }: SourceFailure,
): Promise<Wake[]> {
  const before = (await listBackfillHeads(parts.store.read, head.version)).find(
    ({ run }) => run === head.run.id,
  );
  const tries = (before?.tries ?? 0) + 1;
  if (isPermanent || tries >= limits.prepareTries) return passOver(parts, head, message);
  const nextAt = parts.now() + Math.min(limits.retryFirstMs * 2 ** (tries - 1), limits.retryMaxMs);
  await parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    if (await findOpen(tx, head)) await note(tx, head, { status: 'postponed', note: message }, tries, nextAt);
  });
  return [];
}
