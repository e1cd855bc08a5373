/** The statuses of one head, as GitHub shows them, against what was sent and what its jobs say. Repairs leave by the outbox. */

import type { CommitSha, Instant } from '#shared/ids.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../../ground/wake.ts';
import type { StatusPayload } from '../../store/forge-payloads.ts';
import { listCommitWrites } from '../../store/forge-writes.ts';
import { findJob, listJobsOfRuns } from '../../store/jobs.ts';
import { isHeadOfEntry } from '../../store/merge-entries.ts';
import { findRepositoryByName } from '../../store/repositories.ts';
import { assertRole } from '../../store/roles.ts';
import { listRunsOfCommit } from '../../store/runs.ts';
import { addStatusWrite, findLastStatusWrite, type StatusSubject } from '../../store/status-writes.ts';
import type { Tx } from '../../store/store.ts';
import { compareStatuses, type StatusRepair } from './compare-statuses.ts';
import { expectedStatuses } from './expected-statuses.ts';
import { type Looked, noteRepair, nothingDone, type ReconcileParts } from './reconcile-ports.ts';

/** @throws `ForgeError`, or the signal's reason */
export async function lookAtHead(
  parts: ReconcileParts,
  name: string,
  commit: CommitSha,
  signal: AbortSignal,
): Promise<Looked> {
  const { store, reads, now } = parts;
  const askedAt = now();
  const shown = await reads.statuses(name, commit, signal);
  const repository = await findRepositoryByName(store.read, name);
  if (!shown || !repository || shown.isCut) return nothingDone;
  const subject = { repository: repository.fullName, commit };
  const runs = (await listRunsOfCommit(store.read, repository.id, commit)).filter(
    ({ purpose }) => purpose !== 'manual',
  );
  const jobs = await listJobsOfRuns(
    store.read,
    runs.map(({ id }) => id),
  );
  const repairs = compareStatuses({
    writes: await listCommitWrites(store.read, 'status', subject),
    expected: expectedStatuses(runs, jobs),
    shown: shown.items,
    isPreparing: runs.some(({ state }) => state.status === 'preparing'),
    isToBeMerged: await isHeadOfEntry(store.read, { repositoryId: repository.id, commit }),
    askedAt,
  });
  let done = 0;
  for (const repair of repairs) if (await mend(parts, subject, repair)) done += 1;
  return { ...nothingDone, repairs: done };
}

/** False: something else has been written since. */
async function mend(parts: ReconcileParts, subject: StatusSubject, repair: StatusRepair): Promise<boolean> {
  const { store, role, report, wakeUp, now } = parts;
  const wakes = await store.write(async tx => {
    await assertRole(tx, role);
    const last = await findLastStatusWrite(tx, subject, repair.context);
    if ((last?.id ?? null) !== repair.basedOn) return [];
    const written = await write(parts, tx, subject, repair, last?.payload ?? null);
    if (written.length > 0) await noteRepair(tx, repair, subject, now());
    return written;
  });
  if (wakes.length === 0) return false;
  const { repository, commit } = subject;
  const place = `${repository} at ${shortCommit(commit)}`;
  report.info({ ...subject, kind: repair.kind }, `${place}: ${repair.sentence}; it is sent again`);
  wakeUp(wakes);
  return true;
}

async function write(
  { publishStatus, peopleUrl, now }: ReconcileParts,
  tx: Tx,
  subject: StatusSubject,
  repair: StatusRepair,
  last: StatusPayload | null,
): Promise<Wake[]> {
  const at = now();
  switch (repair.do) {
    case 'republish': {
      const job = await findJob(tx, repair.job);
      return job ? publishStatus(tx, job, at) : [];
    }
    case 'resend':
      return last ? send(tx, subject, repair.context, last, at) : [];
    case 'end':
      return send(tx, subject, repair.context, { ...ended, targetUrl: last?.targetUrl ?? peopleUrl }, at);
  }
}

/** Whoever waits for it would wait for ever. */
const ended = {
  state: 'error',
  description: 'no job of this name any more; push again, or have it required no longer',
} as const;

async function send(
  tx: Tx,
  subject: StatusSubject,
  context: string,
  payload: StatusPayload,
  at: Instant,
): Promise<Wake[]> {
  const priority = payload.state === 'pending' ? 1 : 0;
  await addStatusWrite(tx, { ...subject, context, payload, priority }, at);
  return [{ type: 'outbox' }];
}
