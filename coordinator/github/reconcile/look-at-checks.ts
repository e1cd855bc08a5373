/** The checks of one head, where we are an App, as GitHub shows them, against what was sent and how the runs stand. */
import type { CommitSha, Instant } from '#shared/ids.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../../ground/wake.ts';
import { noteCreation } from '../../store/forge-creations.ts';
import { addWrite, findLastWrite, listCommitWrites, type WriteOf } from '../../store/forge-writes.ts';
import { listJobsOfRuns } from '../../store/jobs.ts';
import { findRepositoryByName, type Repository } from '../../store/repositories.ts';
import { assertRole } from '../../store/roles.ts';
import { listRunsOfCommit } from '../../store/runs.ts';
import type { StatusSubject } from '../../store/status-writes.ts';
import type { Tx } from '../../store/store.ts';
import { type CheckRepair, compareChecks, type ExpectedCheck } from './compare-checks.ts';
import {
  type CheckPorts,
  type Looked,
  noteRepair,
  nothingDone,
  type ReconcileParts,
} from './reconcile-ports.ts';

/** @throws `ForgeError`, or the signal's reason */
export async function lookAtChecks(
  parts: ReconcileParts,
  name: string,
  commit: CommitSha,
  signal: AbortSignal,
): Promise<Looked> {
  const { store, reads, checks, now } = parts;
  if (!reads.checks || !checks) return nothingDone;
  const askedAt = now();
  const shown = await reads.checks(name, commit, signal);
  const repository = await findRepositoryByName(store.read, name);
  if (!shown || !repository || shown.isCut) return nothingDone;
  const subject = { repository: repository.fullName, commit };
  const repairs = compareChecks({
    writes: await listCommitWrites(store.read, 'check', subject),
    expected: await expectedChecks(store.read, checks, repository, commit),
    shown: shown.items,
    askedAt,
  });
  let done = 0;
  for (const repair of repairs) if (await mend(parts, checks, subject, repair)) done += 1;
  return { ...nothingDone, repairs: done };
}

/** A run that found nothing to do has no check, and neither has one of which nobody outside is told. */
async function expectedChecks(
  read: Tx,
  { standingOf }: CheckPorts,
  { id }: Repository,
  commit: CommitSha,
): Promise<ExpectedCheck[]> {
  const runs = (await listRunsOfCommit(read, id, commit)).filter(
    ({ purpose }) => purpose !== 'manual' && purpose !== 'merge-queue',
  );
  const all = await listJobsOfRuns(
    read,
    runs.map(run => run.id),
  );
  return runs.map(run => {
    const jobs = all.filter(({ runId }) => runId === run.id);
    const isOwed = jobs.length > 0 || run.state.status === 'refused';
    return { run: run.id, standing: standingOf(run, jobs), isOwed };
  });
}

/** False: something else has been written since. */
async function mend(
  { store, role, report, wakeUp, now }: ReconcileParts,
  checks: CheckPorts,
  subject: StatusSubject,
  repair: CheckRepair,
): Promise<boolean> {
  const { repository, commit } = subject;
  const wakes = await store.write(async tx => {
    await assertRole(tx, role);
    const written = await write(tx, checks, subject, repair, now());
    if (written.length > 0) await noteRepair(tx, repair, subject, now());
    return written;
  });
  if (wakes.length === 0) return false;
  const place = `${repository} at ${shortCommit(commit)}`;
  report.info({ ...subject, kind: repair.kind }, `${place}: ${repair.sentence}; it is sent again`);
  wakeUp(wakes);
  return true;
}

async function write(
  tx: Tx,
  checks: CheckPorts,
  { repository, commit }: StatusSubject,
  repair: CheckRepair,
  at: Instant,
): Promise<Wake[]> {
  const key = { kind: 'check', repository, subject: commit, context: repair.run } as const;
  const last = await findLastWrite(tx, key);
  if ((last?.id ?? null) !== repair.basedOn) return [];
  const wakes =
    repair.do === 'republish' ? await checks.publish(tx, repair.run, at) : await resend(tx, last, at);
  const written = wakes.length > 0 ? await findLastWrite(tx, key) : null;
  // Whoever sends it looks for one of this run before making another: rows may be older than what GitHub has.
  if (written) await noteCreation(tx, written.id, at);
  return wakes;
}

async function resend(tx: Tx, last: WriteOf<'check'> | null, at: Instant): Promise<Wake[]> {
  if (!last) return [];
  const { kind, repository, subject, context, payload, priority } = last;
  await addWrite(tx, { kind, repository, subject, context, payload, priority }, at);
  return [{ type: 'outbox' }];
}
