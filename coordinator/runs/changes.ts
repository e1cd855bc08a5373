/** Pull requests: a new head makes runs and outdates old ones; a merge lands its commit; a close ends its jobs. */
import { statusContext } from '#shared/forge-status.ts';
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type Change, findChange, isHeadOfOpenChange, saveChange } from '../store/changes.ts';
import { listJobsOfCommit, listJobsOfRun } from '../store/jobs.ts';
import { findRepositoryByName, type Repository, upsertRepository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { ensureRun, listRunsOfChange, listRunsOfCommit, type NewRun, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import type { Wake } from '../wake.ts';
import type { PullChanged, PullClosed, PullFacts, RerunRequested } from './forge-intent.ts';
import {
  type ChangeParts,
  type Handled,
  type HeadOrder,
  type RepositoryPolicy,
  unknownRepository,
} from './intake-ports.ts';

/** Opened, synchronized, reopened or ready for review. */
export async function receiveChange(
  parts: ChangeParts,
  facts: PullChanged,
  signal: AbortSignal,
): Promise<Handled> {
  const policy = parts.policyFor(facts.repository.fullName);
  if (!policy) return unknownRepository(facts.repository.fullName);
  if (!policy.isConfiguredBranch(facts.baseRef, facts.repository.defaultBranch))
    return {
      verdict: 'not-acted-on',
      note: `the base ${facts.baseRef} is not a configured branch of ${facts.repository.fullName}`,
      wakes: [],
    };
  const { repository, known } = await register(parts, facts);
  const order = known ? await headOrder(parts, known, facts) : 'newer';
  if (order === 'older')
    return {
      verdict: 'acted-on',
      note: `${facts.headSha.slice(0, 7)} is older than the head already known`,
      wakes: [],
    };
  const earlier =
    policy.commits === 'every-commit' ? await earlierCommits(parts, repository, facts, signal) : [];
  const wakes = await parts.store.write(tx => takeHead(parts, tx, repository, facts, earlier, policy));
  const count = earlier.length + 1;
  return {
    verdict: 'acted-on',
    note: `#${facts.number} at ${facts.headSha.slice(0, 7)}${count > 1 ? `, ${count} commits` : ''}`,
    wakes,
  };
}

async function register({ store, now }: ChangeParts, facts: PullFacts) {
  return store.write(async tx => {
    const repository = await upsertRepository(tx, { ...facts.repository, forge: 'github' }, now());
    return { repository, known: await findChange(tx, repository.id, facts.number) };
  });
}

async function headOrder(parts: ChangeParts, known: Change, facts: PullChanged): Promise<HeadOrder> {
  const order = parts.orderOfHeads(known, facts);
  if (order !== 'unclear') return order;
  const current = await parts.currentHead(facts.repository.fullName, facts.number);
  return current === facts.headSha ? 'newer' : 'older';
}

/** The commits of a push before its head: all of the change when it is new, those since `before` otherwise. */
async function earlierCommits(
  parts: ChangeParts,
  repository: Repository,
  facts: PullChanged,
  signal: AbortSignal,
): Promise<CommitSha[]> {
  const commits = await parts.commitsBetween(
    repository,
    facts,
    facts.before ?? facts.baseSha,
    limits.commitsPerPush,
    signal,
  );
  return commits.filter(commit => commit !== facts.headSha);
}

async function takeHead(
  parts: ChangeParts,
  tx: Tx,
  repository: Repository,
  facts: PullChanged,
  earlier: CommitSha[],
  policy: RepositoryPolicy,
): Promise<Wake[]> {
  await assertRole(tx, parts.role);
  const known = await findChange(tx, repository.id, facts.number);
  // The world may have moved while the forge or the mirror was asked.
  if (known && known.headSha !== facts.headSha && parts.orderOfHeads(known, facts) === 'older') return [];
  const change = await saveChange(tx, { ...changeOf(repository, facts), state: stateAfter(known, facts) });
  const revived: Wake[] = [];
  for (const commit of [...earlier, facts.headSha]) {
    const { run, isNew } = await ensureRun(tx, runOf(parts, change, facts, commit), parts.now());
    if (!isNew) revived.push(...(await revive(parts, tx, run, known)));
  }
  const outdated = policy.commits === 'supersede' ? await supersede(parts, tx, change) : [];
  return [{ type: 'preparation' }, ...revived, ...outdated];
}

/**
 * A head that comes back (a force-push to an older commit, a reopened pull request) takes up what Paddock itself had
 * ended. What failed, or what somebody cancelled by hand, stays as it is: a redelivery must change nothing.
 */
async function revive(
  { runs, applyToJob, now }: ChangeParts,
  tx: Tx,
  run: Run,
  known: Change | null,
): Promise<Wake[]> {
  if (run.state.status === 'dropped')
    return (await runs.apply(tx, run.id, { type: 'rerun-requested', at: now() })).wakes;
  const isReopened = known !== null && known.state !== 'open';
  const wakes: Wake[] = [];
  for (const { id, state } of await listJobsOfRun(tx, run.id)) {
    if (state.status === 'cancelling')
      throw new Error(`job ${id} is still being cancelled; the delivery is handled again then`);
    const wasEndedByUs =
      state.status === 'settled' &&
      (state.outcome === 'superseded' || (isReopened && state.outcome === 'cancelled'));
    if (wasEndedByUs) wakes.push(...(await applyToJob(tx, id, { type: 'rerun-requested', at: now() })).wakes);
  }
  return wakes;
}

/** A late delivery must not reopen what has been closed since. */
const stateAfter = (known: Change | null, facts: PullFacts): Change['state'] =>
  known && known.state !== 'open' && known.updatedAt > facts.updatedAt ? known.state : 'open';

function changeOf(repository: Repository, facts: PullFacts) {
  const { number, title, author, headRef, headSha, baseRef, baseSha, isFork, updatedAt } = facts;
  return {
    repositoryId: repository.id,
    number,
    title,
    author,
    headRef,
    headSha,
    baseRef,
    baseSha,
    isFork,
    updatedAt,
  };
}

function runOf({ now }: ChangeParts, change: Change, facts: PullFacts, commit: CommitSha): NewRun {
  return {
    repositoryId: change.repositoryId,
    commit,
    ref: facts.headRef,
    purpose: 'change',
    changeId: change.id,
    // A fork's author is not known to the repository: their code waits for a maintainer.
    isTrusted: !facts.isFork,
    title: facts.title,
    author: facts.author,
    request: { command: null, images: null, landed: false },
    state: { status: 'preparing', tries: 0, nextAt: now(), message: null },
  };
}

/** Ends the runs of older heads, unless another open pull request is at the same commit. */
async function supersede({ runs, now }: ChangeParts, tx: Tx, change: Change): Promise<Wake[]> {
  const wakes: Wake[] = [];
  for (const run of await listRunsOfChange(tx, change.id)) {
    if (run.commit === change.headSha || run.purpose !== 'change') continue;
    if (await isHeadOfOpenChange(tx, change.repositoryId, run.commit, change.id)) continue;
    const message = `${change.headSha.slice(0, 7)} is newer`;
    wakes.push(
      ...(
        await runs.apply(tx, run.id, { type: 'cancel-requested', at: now(), reason: 'superseded', message })
      ).wakes,
    );
  }
  return wakes;
}

/** Closed: a merge lands its commit; without one the jobs of the change are over. */
export async function closeChange(parts: ChangeParts, facts: PullClosed): Promise<Handled> {
  const policy = parts.policyFor(facts.repository.fullName);
  if (!policy) return unknownRepository(facts.repository.fullName);
  if (!policy.isConfiguredBranch(facts.baseRef, facts.repository.defaultBranch))
    return {
      verdict: 'not-acted-on',
      note: `the base ${facts.baseRef} is not a configured branch of ${facts.repository.fullName}`,
      wakes: [],
    };
  const wakes = await parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const repository = await upsertRepository(tx, { ...facts.repository, forge: 'github' }, parts.now());
    const known = await findChange(tx, repository.id, facts.number);
    if (known && known.updatedAt > facts.updatedAt && known.state === 'open') return [];
    const change = await saveChange(tx, {
      ...changeOf(repository, facts),
      state: facts.merged ? 'merged' : 'closed',
    });
    if (!facts.merged) return cancelRuns(parts, tx, change);
    await ensureRun(tx, mergedRun(parts, change, facts, facts.merged.mergeSha), parts.now());
    return [{ type: 'preparation' as const }];
  });
  return {
    verdict: 'acted-on',
    note: facts.merged
      ? `#${facts.number} landed as ${facts.merged.mergeSha.slice(0, 7)}`
      : `#${facts.number} closed`,
    wakes,
  };
}

function mergedRun({ now }: ChangeParts, change: Change, facts: PullClosed, mergeSha: CommitSha): NewRun {
  return {
    repositoryId: change.repositoryId,
    commit: mergeSha,
    ref: facts.baseRef,
    purpose: 'landed',
    changeId: change.id,
    isTrusted: true,
    title: facts.title,
    author: facts.author,
    request: { command: null, images: null, landed: true },
    state: { status: 'preparing', tries: 0, nextAt: now(), message: null },
  };
}

async function cancelRuns({ runs, now }: ChangeParts, tx: Tx, change: Change): Promise<Wake[]> {
  const wakes: Wake[] = [];
  for (const run of await listRunsOfChange(tx, change.id)) {
    if (
      run.purpose !== 'change' ||
      (await isHeadOfOpenChange(tx, change.repositoryId, run.commit, change.id))
    )
      continue;
    const message = `#${change.number} was closed without a merge`;
    wakes.push(
      ...(await runs.apply(tx, run.id, { type: 'cancel-requested', at: now(), reason: 'cancelled', message }))
        .wakes,
    );
  }
  return wakes;
}

/** A re-run was asked for on GitHub: the job whose status has that name, or whatever did not pass. */
export async function rerunRequested(
  parts: ChangeParts,
  { repository: { fullName }, headSha, checkRun }: RerunRequested,
): Promise<Handled> {
  if (!parts.policyFor(fullName)) return unknownRepository(fullName);
  return parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const repository = await findRepositoryByName(tx, fullName);
    const jobs = repository ? await listJobsOfCommit(tx, repository.id, headSha) : [];
    const named = jobs.filter(job => statusContext(job.image, job.suite) === checkRun.name);
    const wakes: Wake[] = [];
    for (const job of named)
      wakes.push(...(await parts.applyToJob(tx, job.id, { type: 'rerun-requested', at: parts.now() })).wakes);
    if (named.length === 0 && repository)
      for (const run of await listRunsOfCommit(tx, repository.id, headSha))
        wakes.push(
          ...(await parts.runs.apply(tx, run.id, { type: 'rerun-requested', at: parts.now() })).wakes,
        );
    if (wakes.length === 0)
      return {
        verdict: 'not-acted-on' as const,
        note: `nothing to run again at ${headSha.slice(0, 7)}`,
        wakes,
      };
    return { verdict: 'acted-on' as const, note: `runs again at ${headSha.slice(0, 7)}`, wakes };
  });
}
