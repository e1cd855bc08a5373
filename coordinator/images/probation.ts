/**
 * Versions on which the conformance suite runs: begin their run, look what came of it, decide. Level-triggered over the
 * store, so that a coordinator that was killed half-way goes on where it was.
 */

import type { CommitSha, Instant, RunId } from '#shared/ids.ts';
import type { ImageReport } from '#shared/image-api.ts';
import { limits } from '#shared/limits.ts';
import type { Ages } from '../ground/ages.ts';
import type { Wake } from '../ground/wake.ts';
import { appendEvent } from '../store/events.ts';
import {
  findImage,
  findVersion,
  type ImageVersion,
  listLiveVersions,
  saveImage,
  saveVersion,
} from '../store/images.ts';
import { upsertRepository } from '../store/repositories.ts';
import { assertRole, type Role } from '../store/roles.ts';
import { ensureRun } from '../store/runs.ts';
import type { Store, Tx } from '../store/store.ts';
import { type EvidencePorts, gatherEvidence } from './gather-evidence.ts';
import { judge } from './judge.ts';
import { candidateName, conformanceRepository } from './names.ts';

export type ProbationParts = EvidencePorts & {
  store: Store;
  role: Role;
  ages: Ages;
  /** The suite as a repository: where it can be fetched from, and its commit. */
  suite(): Promise<{ cloneUrl: string; commit: CommitSha }>;
  /** Nobody waits for the run any more. */
  cancelRun(tx: Tx, run: RunId, message: string): Promise<Wake[]>;
  /** The end of what a machine printed that never reported in; null when nothing is known. */
  consoleOf(tx: Tx, machine: NonNullable<ImageReport['machine']>): Promise<string | null>;
  wakeUp(wakes: Wake[]): void;
  now: () => Instant;
};

/** @returns in how many ms to look again; null: there is nothing to wait for. */
export async function tryVersions(parts: ProbationParts): Promise<number | null> {
  const { store, ages } = parts;
  const tried = (await listLiveVersions(store.read)).filter(({ report }) => report === null);
  const ageOf = ages(tried.map(version => ({ id: keyOf(version), since: version.addedAt })));
  for (const version of tried) {
    if (version.run === null) parts.wakeUp(await begin(parts, version));
    else parts.wakeUp(await look(parts, { ...version, run: version.run }, ageOf.get(keyOf(version)) ?? 0));
  }
  return tried.length === 0 ? null : limits.probationLookMs;
}

/** A version that is tried once more is young again. */
const keyOf = ({ image, number, run }: ImageVersion): string => `${candidateName(image, number)} ${run}`;

/** One run of the suite, on this version alone. */
async function begin(
  { store, role, suite, now }: ProbationParts,
  { image, number }: ImageVersion,
): Promise<Wake[]> {
  const { cloneUrl, commit } = await suite();
  return store.write(async tx => {
    await assertRole(tx, role);
    const at = now();
    const version = await findVersion(tx, image, number);
    if (!version || version.run !== null || version.report !== null) return [];
    const name = candidateName(image, number);
    const facts = {
      fullName: conformanceRepository,
      cloneUrl,
      defaultBranch: 'main',
      isPrivate: true,
      forge: 'none' as const,
    };
    const repository = await upsertRepository(tx, facts, at);
    const { run } = await ensureRun(
      tx,
      {
        repositoryId: repository.id,
        commit,
        ref: 'main',
        purpose: 'manual',
        changeId: null,
        isTrusted: true,
        title: `${image}, version ${number}`,
        author: 'Paddock',
        request: { command: null, images: [name], landed: true },
        state: { status: 'preparing', tries: 0, nextAt: at, message: null },
      },
      at,
    );
    await saveVersion(tx, { ...version, run: run.id });
    await appendEvent(tx, { at, type: 'image.test-began', image, run: run.id, data: { number } });
    return [{ type: 'preparation' }, { type: 'changed', run: run.id }];
  });
}

async function look(
  parts: ProbationParts,
  version: ImageVersion & { run: RunId },
  ageMs: number,
): Promise<Wake[]> {
  const { store, role, now } = parts;
  const evidence = await gatherEvidence(parts, version, ageMs);
  const verdict = judge(evidence);
  if (verdict.type === 'pending') return [];
  const { isOk, checks, machine } = verdict;
  return store.write(async tx => {
    await assertRole(tx, role);
    const at = now();
    const current = await findVersion(tx, version.image, version.number);
    if (!current || current.run !== version.run || current.report !== null) return [];
    const console = machine && (await parts.consoleOf(tx, machine));
    const jobs = evidence.jobs.map(({ id, suite }) => ({ id, suite }));
    await conclude(tx, current, { at, isOk, checks, machine, console, jobs });
    const wakes = await parts.cancelRun(tx, version.run, 'the version was judged without it');
    return [
      ...wakes,
      { type: 'fleet' },
      { type: 'scheduler' },
      { type: 'backfill' },
      { type: 'changed', run: version.run },
    ];
  });
}

/** A version on probation that passes is the current one from now on, and wanted by open heads; one that was ready before stays ready. */
async function conclude(tx: Tx, version: ImageVersion, report: ImageReport): Promise<void> {
  const { image: name, number } = version;
  const { at, isOk, checks } = report;
  const image = await findImage(tx, name);
  if (!image) throw new Error(`version ${number} of ${name} has no image`);
  const isDecided = version.status !== 'probation';
  const status = isDecided ? version.status : isOk ? 'ready' : 'refused';
  const isNew = !isDecided && isOk;
  await saveVersion(tx, { ...version, status, report, backfill: isNew ? 'wanted' : version.backfill });
  if (isNew) await saveImage(tx, { ...image, current: number, changedAt: at });
  const failed = checks.flatMap(({ name, result }) => (result === 'failed' ? [name] : []));
  const type = isOk ? 'image.version-passed' : 'image.version-failed';
  await appendEvent(tx, { at, type, image: name, data: { number, status, failed } });
}
