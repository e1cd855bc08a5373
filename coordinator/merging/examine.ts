/** What stands against entries now: by the store for all of them, by the forge for those that are due. */

import type { ChangeId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { MergeEntryEvent } from '#shared/merging.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { type Change, findChangeById } from '../store/changes.ts';
import { listJobsOfRun } from '../store/jobs.ts';
import { findMergeEntry, type MergeEntry, never } from '../store/merge-entries.ts';
import { findRepository, type Repository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { findRun, listRunsOfChange, listRunsOfCommit, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { askMerge } from './ask.ts';
import { OutsideError } from './errors.ts';
import type { MergePolicy } from './policy.ts';
import type { MergingParts } from './ports.ts';
import { applyToEntry } from './transitions.ts';
import { type HeadFacts, hasLabel, whyNotByForge, whyNotByJobs } from './why-not.ts';

export async function headFacts(tx: Tx, run: Run | null): Promise<HeadFacts> {
  if (!run) return null;
  const jobs = (await listJobsOfRun(tx, run.id)).filter(({ stage }) => stage === 'suite');
  return {
    run: run.state,
    jobs: jobs.map(({ image, suite, state, definition }) => ({
      image,
      suite,
      state,
      isRequired: definition.gate === 'required',
    })),
  };
}

export const factsOfRun = async (tx: Tx, id: Run['id']): Promise<HeadFacts> =>
  headFacts(tx, await findRun(tx, id));

/** Everything that is known of an entry here. */
type Known = { entry: MergeEntry; change: Change; repository: Repository; policy: MergePolicy };

/** One look at each. @returns those whose forge is to be asked, which may be too many for one tick. */
export async function examineByStore(
  parts: MergingParts,
  entries: readonly MergeEntry[],
): Promise<MergeEntry[]> {
  const due: MergeEntry[] = [];
  for (const entry of entries) {
    if (entry.state.status === 'landing') continue;
    const { isDue, wakes } = await parts.store.write(async tx => {
      await assertRole(tx, parts.role);
      return lookUp(parts, tx, entry.id);
    });
    parts.wakeUp(wakes);
    if (isDue) due.push(entry);
  }
  return due;
}

async function lookUp(
  parts: MergingParts,
  tx: Tx,
  id: MergeEntry['id'],
): Promise<{ isDue: boolean; wakes: Wake[] }> {
  const entry = await findMergeEntry(tx, id);
  const over = { isDue: false, wakes: [] };
  if (!entry || ['landing', 'landed', 'ejected', 'withdrawn'].includes(entry.state.status)) return over;
  const at = parts.now();
  const change = await findChangeById(tx, entry.changeId);
  const gone = await whyGone(parts, tx, entry, change);
  if (gone) {
    const { wakes } = await applyToEntry(parts, tx, entry, gone);
    // The label is still there, and asks for the new head as well.
    if (change && entry.ask.way === 'label' && change.state === 'open' && change.headSha !== entry.headSha)
      wakes.push(...(await askAgain(parts, tx, entry, change)));
    return { isDue: false, wakes };
  }
  if (entry.state.status !== 'waiting') return { isDue: entry.nextAt <= at, wakes: [] };
  const [run = null] = (await listRunsOfCommit(tx, entry.repositoryId, entry.headSha)).filter(
    ({ purpose }) => purpose === 'change',
  );
  const why = whyNotByJobs(await headFacts(tx, run));
  // When the jobs are through the forge is asked at once.
  if (why === null) return { isDue: entry.nextAt <= at || entry.nextAt === never, wakes: [] };
  // Its jobs tell when they settle, see `limits.mergePassMs`; nobody tells that there are some.
  const nextAt = run?.state.status === 'planned' ? never : at + limits.mergeAgainMs;
  return {
    isDue: false,
    wakes: (await applyToEntry(parts, tx, entry, { type: 'examined', at, why }, nextAt)).wakes,
  };
}

async function askAgain(
  parts: MergingParts,
  tx: Tx,
  { ask, priority }: MergeEntry,
  change: Change,
): Promise<Wake[]> {
  const repository = await findRepository(tx, change.repositoryId);
  if (!repository) return [];
  const { fullName } = repository;
  return (await askMerge(parts, tx, { fullName, number: change.number, ask, priority })).wakes;
}

async function whyGone(
  parts: MergingParts,
  tx: Tx,
  entry: MergeEntry,
  change: Change | null,
): Promise<MergeEntryEvent | null> {
  const at = parts.now();
  const withdrawn = (message: string) => ({ type: 'withdrawn', at, message }) as const;
  const repository = await findRepository(tx, entry.repositoryId);
  if (!change || !repository || !parts.policyFor(repository, entry.baseRef))
    return withdrawn(`nothing is merged into ${entry.baseRef} here any more`);
  if (change.state === 'merged') {
    const commit = await landedCommit(tx, change.id);
    return commit
      ? { type: 'landed', at, commit, isToClose: false }
      : withdrawn('it was merged by somebody else');
  }
  if (change.state === 'closed') return withdrawn('the pull request was closed');
  return change.headSha === entry.headSha
    ? null
    : withdrawn(`${shortCommit(change.headSha)} is its head now`);
}

async function landedCommit(tx: Tx, change: ChangeId) {
  const landed = (await listRunsOfChange(tx, change)).filter(({ purpose }) => purpose === 'landed');
  return landed.at(-1)?.commit ?? null;
}

/**
 * Asks the forge about these, some at once. A forge that does not answer costs time, and is said where nothing else is known.
 * @returns whether it has answered about each
 */
export async function examineByForge(
  parts: MergingParts,
  entries: readonly MergeEntry[],
  signal: AbortSignal,
): Promise<boolean> {
  let isAnswered = true;
  for (let index = 0; index < entries.length; index += limits.mergeLooksAtOnce) {
    if (signal.aborted) return false;
    const some = entries.slice(index, index + limits.mergeLooksAtOnce);
    const answers = await Promise.all(some.map(entry => askForge(parts, entry, signal)));
    isAnswered &&= answers.every(Boolean);
  }
  return isAnswered;
}

async function askForge(parts: MergingParts, entry: MergeEntry, signal: AbortSignal): Promise<boolean> {
  const known = await knownOf(parts, entry);
  if (!known) return true;
  if (!parts.forge) return false;
  const { fullName } = known.repository;
  try {
    const pull = await parts.forge.pullForMerge(fullName, known.change.number, signal);
    await record(parts, entry, known, pull);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof OutsideError)) throw error;
    parts.report.warn({ entry: entry.id, repository: fullName }, error.message);
    await putOff(parts, entry, error.message);
    return false;
  }
}

async function knownOf({ store, policyFor }: MergingParts, entry: MergeEntry): Promise<Known | null> {
  const change = await findChangeById(store.read, entry.changeId);
  const repository = await findRepository(store.read, entry.repositoryId);
  const policy = repository && policyFor(repository, entry.baseRef);
  return change && repository && policy ? { entry, change, repository, policy } : null;
}

type Pull = Parameters<typeof whyNotByForge>[0];

async function record(parts: MergingParts, { id }: MergeEntry, known: Known, pull: Pull): Promise<void> {
  const wakes = await parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const entry = await findMergeEntry(tx, id);
    if (!entry) return [];
    const event = verdictOf(entry, known, pull, parts.now());
    const { wakes } = await applyToEntry(parts, tx, entry, event, parts.now() + limits.mergeLookMs);
    const hasNewHead = pull.state === 'open' && pull.headSha !== entry.headSha;
    // Its delivery is still on the way, and asks then.
    return hasNewHead && known.policy.label && hasLabel(pull, known.policy.label)
      ? [...wakes, { type: 'intake' as const }]
      : wakes;
  });
  parts.wakeUp(wakes);
}

/** A fork's change was never looked at by anybody who may write, unless an approval says so. */
function verdictOf(entry: MergeEntry, { change, policy }: Known, pull: Pull, at: number): MergeEntryEvent {
  const approvals = Math.max(policy.approvals, change.isFork ? 1 : 0);
  if (pull.state === 'merged' && pull.mergeSha)
    return { type: 'landed', at, commit: pull.mergeSha, isToClose: false };
  const why = whyNotByForge(pull, entry, { ...policy, approvals });
  if (why && 'leaves' in why) return { type: 'withdrawn', at, message: why.leaves };
  return { type: 'examined', at, why: why ? why.waits : null };
}

async function putOff(parts: MergingParts, { id }: MergeEntry, message: string): Promise<void> {
  const wakes = await parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const entry = await findMergeEntry(tx, id);
    if (!entry) return [];
    const at = parts.now();
    // What is being tested goes on, and does not land before the forge has answered.
    const why = entry.state.status === 'waiting' ? message : null;
    return (await applyToEntry(parts, tx, entry, { type: 'examined', at, why }, at + limits.mergeAgainMs))
      .wakes;
  });
  parts.wakeUp(wakes);
}
