/**
 * An administrator lets the commit of a fork's pull request run. What is approved is one commit: a new head is a new run,
 * which waits for its own approval. An approval is no trust: the jobs get no secrets and no machine that isolates nothing.
 */

import { impossible, type Rejection } from '#shared/decision.ts';
import type { CommitSha, Instant, RunId } from '#shared/ids.ts';
import type { JobRequest } from '#shared/job.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { type Change, findChangeById, isHeadOfOpenChange } from '../store/changes.ts';
import { appendEvent } from '../store/events.ts';
import { type Job, listJobsOfRun } from '../store/jobs.ts';
import { findRepository } from '../store/repositories.ts';
import { findRun, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';

/**
 * Whoever has the administrators' token, the browser of this session, somebody who is signed in, a token of theirs or of a
 * program, or this account on the forge: by a comment, or a check's button.
 */
export type Approver =
  | { way: 'token' }
  | { way: 'session'; session: string }
  | { way: 'person' | 'api-token'; name: string }
  | { way: 'comment' | 'button'; login: string };

export type Approval = {
  /** The commit that was looked at. */
  commit: CommitSha;
  by: Approver;
  at: Instant;
};

export type ApprovalPorts = {
  applyToJob(tx: Tx, job: Job['id'], event: JobRequest): Promise<{ wakes: Wake[] }>;
  /** `every-commit`: what was pushed before the head is tested too, each by itself. */
  isEveryCommit(fullName: string): boolean;
};

/**
 * Queues every job of the run that waits for an approval; does nothing where none does any more.
 * @throws Error when there is no such run
 */
export async function approveRun(
  { applyToJob, isEveryCommit }: ApprovalPorts,
  tx: Tx,
  id: RunId,
  { commit, by, at }: Approval,
): Promise<{ wakes: Wake[]; rejected?: Rejection }> {
  const run = await findRun(tx, id);
  if (!run) throw new Error(`there is no run ${id}`);
  const waiting = (await listJobsOfRun(tx, id)).filter(({ state }) => isWaiting(state));
  const repository = await findRepository(tx, run.repositoryId);
  const isAnyCommit = repository !== null && isEveryCommit(repository.fullName);
  const refusal = await refusalOf(tx, run, commit, { isAnyCommit, isAnyWaiting: waiting.length > 0 });
  if (refusal !== null) return { ...impossible(refusal), wakes: [] };
  if (waiting.length > 0) await appendEvent(tx, { at, type: 'run.approved', run: id, data: { commit, by } });
  const wakes: Wake[] = [];
  for (const job of waiting) wakes.push(...(await applyToJob(tx, job.id, { type: 'approved', at })).wakes);
  return { wakes };
}

const isWaiting = (state: Job['state']): boolean => state.status === 'blocked' && state.on === 'approval';

/** Why the run cannot be approved by whoever looked at `commit`; null when it can. */
async function refusalOf(
  tx: Tx,
  run: Run,
  commit: CommitSha,
  { isAnyCommit, isAnyWaiting }: { isAnyCommit: boolean; isAnyWaiting: boolean },
): Promise<string | null> {
  if (run.isTrusted) return `${run.id} needs no approval: its commit does not come from a fork`;
  if (run.admission?.runsAtOnce && !isAnyWaiting) return `${run.id} needs no approval: ${run.admission.why}`;
  const change = run.changeId && (await findChangeById(tx, run.changeId));
  if (!change) throw new Error(`run ${run.id} is untrusted and of no pull request`);
  const pull = `pull request #${change.number}`;
  const head = change.state === 'open' ? `is at ${shortCommit(change.headSha)} now` : `is ${change.state}`;
  if (commit !== run.commit)
    return `${run.id} tests ${shortCommit(run.commit)}, not ${shortCommit(commit)}, so nothing was approved; ${pull} ${head}`;
  if (!(await isOfOpenChange(tx, run, change, isAnyCommit && isAnyWaiting)))
    return `${pull} ${head}, so ${shortCommit(commit)} was not approved; what is approved has to be its head`;
  if (run.state.status === 'preparing')
    return `${run.id} is still being prepared, so nothing was approved; approve it when it has jobs`;
  return run.state.status === 'planned' ? null : `${run.id} has no jobs that could be approved`;
}

/** `isAnyCommit`: what was pushed before the head counts too. */
async function isOfOpenChange(tx: Tx, run: Run, change: Change, isAnyCommit: boolean): Promise<boolean> {
  if (change.state === 'open' && (change.headSha === run.commit || isAnyCommit)) return true;
  return isHeadOfOpenChange(tx, run.repositoryId, run.commit, change.id);
}

/**
 * Why nothing of a run may be asked for again: its commit was never approved, and nobody can approve it any more, so that it
 * would wait for ever. Null when it may.
 */
export async function refusalToRepeat(
  { isEveryCommit }: Pick<ApprovalPorts, 'isEveryCommit'>,
  tx: Tx,
  run: Run,
): Promise<string | null> {
  if (run.isTrusted || !run.changeId) return null;
  const jobs = await listJobsOfRun(tx, run.id);
  if (jobs.length === 0 || jobs.some(({ state }) => wasLet(state))) return null;
  const change = await findChangeById(tx, run.changeId);
  const repository = await findRepository(tx, run.repositoryId);
  const isAnyCommit = repository !== null && isEveryCommit(repository.fullName);
  if (!change || (await isOfOpenChange(tx, run, change, isAnyCommit))) return null;
  const commit = shortCommit(run.commit);
  const now = change.state === 'open' ? `is at ${shortCommit(change.headSha)} now` : `is ${change.state}`;
  return `${commit} was never approved, and cannot be any more: pull request #${change.number} ${now}`;
}

const wasLet = ({ lastAttempt, approvedAt }: Job['state']): boolean =>
  lastAttempt > 0 || approvedAt !== undefined;
