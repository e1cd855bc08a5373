/**
 * One repository: its open pull requests and its branches, as GitHub shows them, against the rows. What differs goes the way of
 * deliveries. The rows are read after GitHub was asked: what a delivery has told meanwhile counts.
 */
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import {
  findBranchHead,
  findNewestLanded,
  listKnownChanges,
  listLanded,
  saveBranchHead,
} from '../../store/known-heads.ts';
import { findRepositoryByName, type Repository, upsertRepository } from '../../store/repositories.ts';
import { assertRole } from '../../store/roles.ts';
import type { ShownRepository } from '../forge-reads.ts';
import { type BranchRepair, compareBranch } from './compare-branches.ts';
import { compareClosed, compareMissing, comparePulls, type PullRepair } from './compare-pulls.ts';
import {
  type Looked,
  noteRepair,
  nothingDone,
  type ReconcileParts,
  type Task,
  tasksOfHead,
} from './reconcile-ports.ts';

/** @throws `ForgeError`, or the signal's reason. One repair that fails does not hold up the others. */
export async function lookAtRepository(
  parts: ReconcileParts,
  { repository: name, pattern }: Extract<Task, { type: 'repository' }>,
  signal: AbortSignal,
): Promise<Looked> {
  const shown = await parts.reads.repository(name, signal);
  const { facts } = shown;
  const branches = parts.branchesOf(facts.fullName, facts.defaultBranch);
  if (!branches) return nothingDone;
  const { repository, isFound } = await register(parts, shown, pattern);
  const pulls = await lookAtPulls(parts, repository, shown, branches, signal);
  const landed = await Promise.all(
    branches.map(branch => lookAtBranch(parts, repository, shown, branch, signal)),
  );
  const all = [pulls, ...landed];
  const heads = all.flatMap(({ heads }) => heads);
  return {
    ...nothingDone,
    repairs: (isFound ? 1 : 0) + all.reduce((sum, { repairs }) => sum + repairs, 0),
    failures: all.reduce((sum, { failures }) => sum + failures, 0),
    next: [...new Set(heads)].flatMap(commit =>
      tasksOfHead(parts, { repository: repository.fullName, commit }),
    ),
  };
}

/** `isFound`: it was not known until now, though a pattern covers it. */
async function register(
  { store, role, report, now }: ReconcileParts,
  { facts }: ShownRepository,
  pattern: string | null,
): Promise<{ repository: Repository; isFound: boolean }> {
  const { fullName } = facts;
  const sentence = `${fullName} is covered by ${pattern}, and nothing had told of it`;
  const registered = await store.write(async tx => {
    await assertRole(tx, role);
    const isFound = pattern !== null && (await findRepositoryByName(tx, fullName)) === null;
    const repository = await upsertRepository(tx, { ...facts, forge: 'github' }, now());
    if (isFound)
      await noteRepair(tx, { kind: 'unknown-repository', sentence }, { repository: fullName }, now());
    return { repository, isFound };
  });
  if (registered.isFound) report.info({ repository: fullName, kind: 'unknown-repository' }, sentence);
  return registered;
}

type Part = Pick<Looked, 'repairs' | 'failures'> & { heads: CommitSha[] };

async function lookAtPulls(
  parts: ReconcileParts,
  repository: Repository,
  shown: ShownRepository,
  branches: readonly string[],
  signal: AbortSignal,
): Promise<Part> {
  const { reads, store } = parts;
  const isTestedBase = (branch: string): boolean => branches.includes(branch);
  const { items: open } = await reads.openPulls(shown, signal);
  const numbers = open.map(({ number }) => number);
  const known = await listKnownChanges(store.read, repository.id, numbers);
  const { repairs, missing } = comparePulls({ known, open, isTestedBase });
  const done = await mendAll(parts, repository, repairs);
  await parts.sawOpen(repository, open);
  for (const number of missing) {
    const pull = await reads.pull(shown, number, signal);
    const [change] = await listKnownChanges(store.read, repository.id, [number]).then(changes =>
      changes.filter(each => each.number === number),
    );
    const repair = pull && change ? compareMissing(change, pull, isTestedBase) : null;
    const more = await mendAll(parts, repository, repair ? [repair] : []);
    done.repairs += more.repairs;
    done.failures += more.failures;
  }
  const ended = await lookAtClosed(parts, repository, shown, isTestedBase, signal);
  done.repairs += ended.repairs;
  done.failures += ended.failures;
  const heads = open.filter(({ baseRef }) => isTestedBase(baseRef)).map(({ headSha }) => headSha);
  return { ...done, heads };
}

async function lookAtClosed(
  parts: ReconcileParts,
  repository: Repository,
  shown: ShownRepository,
  isTestedBase: (branch: string) => boolean,
  signal: AbortSignal,
): Promise<Pick<Looked, 'repairs' | 'failures'>> {
  const since = parts.now() - limits.closedPullsForMs;
  const { items: closed } = await parts.reads.closedPulls(shown, since, signal);
  const numbers = closed.map(({ number }) => number);
  const known = await listKnownChanges(parts.store.read, repository.id, numbers);
  return mendAll(parts, repository, compareClosed({ known, closed, isTestedBase }));
}

async function lookAtBranch(
  parts: ReconcileParts,
  repository: Repository,
  { facts }: ShownRepository,
  branch: string,
  signal: AbortSignal,
): Promise<Part> {
  const { reads, store } = parts;
  const shown = await reads.branch(repository.fullName, branch, signal);
  const known =
    (await findBranchHead(store.read, repository.id, branch)) ??
    (await findNewestLanded(store.read, repository.id, branch));
  const landed = await listLanded(store.read, repository.id, shown ? [shown.sha] : []);
  const hasLanded = shown !== null && landed.has(shown.sha);
  const repair = compareBranch({
    ...{ repository: facts, branch, shown, hasLanded },
    known: known?.commit ?? null,
  });
  const done = await mendAll(parts, repository, repair ? [repair] : []);
  if (!shown) return { ...done, heads: [] };
  if (done.failures === 0) await noteHead(parts, repository, branch, shown.sha);
  return { ...done, heads: [shown.sha] };
}

async function noteHead(
  { store, role, now }: ReconcileParts,
  { id }: Repository,
  branch: string,
  commit: CommitSha,
): Promise<void> {
  if ((await findBranchHead(store.read, id, branch))?.commit === commit) return;
  await store.write(async tx => {
    await assertRole(tx, role);
    await saveBranchHead(tx, id, { branch, commit, seenAt: now() });
  });
}

async function mendAll(
  parts: ReconcileParts,
  { fullName }: Repository,
  repairs: readonly (PullRepair | BranchRepair)[],
): Promise<Pick<Looked, 'repairs' | 'failures'>> {
  const done = { repairs: 0, failures: 0 };
  for (const repair of repairs) {
    if (await mend(parts, fullName, repair)) done.repairs += 1;
    else done.failures += 1;
  }
  return done;
}

/** It goes the way of a delivery, which looks at the rows once more; what cannot be done now the next pass finds again. */
async function mend(
  { store, role, act, report, now }: ReconcileParts,
  repository: string,
  repair: PullRepair | BranchRepair,
): Promise<boolean> {
  const { kind, sentence, intent } = repair;
  try {
    const note = await act(intent);
    report.info({ repository, kind, note }, `${repository}: ${sentence}; ${note}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    report.warn(
      { repository, kind, err: error },
      `${repository}: ${sentence}; it is looked at again: ${why}`,
    );
    return false;
  }
  await store.write(async tx => {
    await assertRole(tx, role);
    await noteRepair(tx, repair, { repository }, now());
  });
  return true;
}
