/**
 * Pull requests whose head is there to be tested: opened, synchronized, reopened, ready for review. A new head makes a run
 * and outdates those before it. Deliveries come late, twice and in any order: an old word changes nothing.
 */

import type { CommitSha } from '#shared/ids.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { type Change, findChange, hasMergedChange, saveChange } from '../store/changes.ts';
import { type Repository, upsertRepository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { ensureRun, type NewRun, type Run, saveRun } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { followBases, followBasesOf, knownBases } from './bases-of.ts';
import { changeOf } from './change-of.ts';
import type { PullChanged, PullFacts } from './forge-intent.ts';
import { listHeads, supersede } from './heads-of.ts';
import {
  acted,
  type ChangeParts,
  type Handled,
  type HeadOrder,
  type RepositoryPolicy,
  unknownRepository,
} from './intake-ports.ts';
import { admit, revive, vouch } from './known-runs.ts';
import { leaveChange } from './leaves.ts';
import { decideTrust, type TrustDecision } from './trust.ts';

export async function receiveChange(parts: ChangeParts, facts: PullChanged): Promise<Handled> {
  const { repository: forge, number } = facts;
  const policy = parts.policyFor(forge.fullName);
  if (!policy) return unknownRepository(forge.fullName);
  if (!policy.isConfiguredBranch(facts.baseRef, forge.defaultBranch)) return leaveChange(parts, facts);
  const { repository, known } = await register(parts, facts);
  if (known && (await isClosedSince(parts, known, facts)))
    return acted(`#${number} was open, and is closed now`);
  const order = known ? await headOrder(parts, known, facts) : 'newer';
  const head = shortCommit(facts.headSha);
  const team = await teamOf(parts, facts, policy.trust);
  if (order === 'older' && policy.commits === 'supersede')
    return acted(`${head} is older than the head already known`);
  const wakes = await parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    return order === 'older'
      ? takeLateHead(parts, tx, repository, { ...facts, team }, policy)
      : takeHead(parts, tx, repository, { ...facts, team }, policy);
  });
  return acted(`#${number} at ${head}`, wakes);
}

async function register({ store, role, now }: ChangeParts, facts: PullFacts) {
  return store.write(async tx => {
    await assertRole(tx, role);
    const repository = await upsertRepository(tx, { ...facts.repository, forge: 'github' }, now());
    return { repository, known: await findChange(tx, repository.id, facts.number) };
  });
}

async function headOrder(parts: ChangeParts, known: Change, facts: PullChanged): Promise<HeadOrder> {
  const order = parts.orderOfHeads(known, facts);
  if (order !== 'unclear') return order;
  const { headSha } = await parts.currentPull(facts.repository.fullName, facts.number);
  return headSha === facts.headSha ? 'newer' : 'older';
}

/**
 * The forge's clock is in whole seconds: what was opened and closed within one is told in words of the same time. Which of
 * them is the last only the forge knows.
 */
const isClosedSince = async (parts: ChangeParts, known: Change, facts: PullChanged): Promise<boolean> =>
  known.state === 'closed' &&
  known.updatedAt === facts.updatedAt &&
  !(await parts.currentPull(facts.repository.fullName, facts.number)).isOpen;

/** What was said of a head after this has been heard already. */
const isOutdated = (known: Change, facts: PullFacts): boolean =>
  known.headSha === facts.headSha && known.updatedAt > facts.updatedAt;

async function takeHead(
  parts: ChangeParts,
  tx: Tx,
  repository: Repository,
  facts: Brought,
  policy: RepositoryPolicy,
): Promise<Wake[]> {
  const known = await findChange(tx, repository.id, facts.number);
  if (known && isOutdated(known, facts)) return [];
  // The world may have moved while the forge was asked.
  if (known && parts.orderOfHeads(known, facts) === 'older') return [];
  const before = await knownBases(tx, repository.id, facts.headSha);
  const change = await saveChange(tx, changeOf(repository, facts, known));
  if (change.state !== 'open') return [];
  const isEveryCommit = policy.commits === 'every-commit';
  const isReopened = known !== null && known.state !== 'open';
  // What was cancelled with another pull request is there to be tested again: this one is new at the commit.
  const isNewHere = isReopened || known === null || known.headSha !== facts.headSha;
  const since = isEveryCommit ? sinceOf(known, facts) : undefined;
  const decision = await trustOf(tx, repository, facts, policy);
  const { run, isNew } = await ensureRun(tx, runOf(parts, change, facts, decision, since), parts.now());
  if (isNew) parts.foresee(repository.id, run.commit);
  // Into another base it brings other commits, and each of them is asked for something else.
  const isRetargeted = isEveryCommit && known !== null && known.baseRef !== change.baseRef;
  if (isRetargeted && !isNew && since) await saveRun(tx, { ...run, request: { ...run.request, since } });
  const wakes: Wake[] = [
    { type: 'preparation' },
    ...(await followBases(parts, tx, repository.id, facts.headSha, before)),
  ];
  const isOther = ({ id }: Run) => id !== run.id;
  if (isRetargeted)
    wakes.push(...(await followBasesOf(parts, tx, (await listHeads(tx, change, [])).filter(isOther))));
  const others = isReopened && isEveryCommit ? (await listHeads(tx, change, [])).filter(isOther) : [];
  // A label that was set before, or while nobody listened, asks for this head too.
  const isNewToBase = isNewHere || known.baseRef !== facts.baseRef;
  wakes.push(
    ...(await parts.heardOfPull(tx, repository, { ...facts, labeled: null, isNew: isNewToBase, by: null })),
  );
  if (!isNew) wakes.push(...(await (change.isFork ? admit : vouch)(parts, tx, run, decision.admission)));
  for (const old of [...(isNew ? [] : [run]), ...others])
    wakes.push(...(await revive(parts, tx, old, isNewHere)));
  if (!isEveryCommit) wakes.push(...(await supersede(parts, tx, change, known)));
  return wakes;
}

/** Under `every-commit` a head that was overtaken by a newer one before anybody heard of it is tested all the same. */
async function takeLateHead(
  parts: ChangeParts,
  tx: Tx,
  repository: Repository,
  facts: Brought,
  policy: RepositoryPolicy,
): Promise<Wake[]> {
  const change = await findChange(tx, repository.id, facts.number);
  if (change?.state !== 'open') return [];
  const decision = await trustOf(tx, repository, facts, policy);
  await ensureRun(tx, runOf(parts, change, facts, decision), parts.now());
  return [{ type: 'preparation' }];
}

type Brought = PullChanged & { team: string | null };

/** The first team under trust that whoever brought a fork's head is in. The forge is asked where that counts. */
async function teamOf(
  { isTeamMember }: ChangeParts,
  { repository: { fullName }, isFork, pushedBy, ...facts }: PullChanged,
  trust: RepositoryPolicy['trust'],
): Promise<string | null> {
  if (!isFork || pushedBy === null) return null;
  const unasked = { ...facts, repository: fullName, isFork, pushedBy, hasMerged: false, team: null };
  if (decideTrust(unasked, trust).admission.runsAtOnce) return null;
  for (const team of trust.teams) if (await isTeamMember({ fullName, team, login: pushedBy })) return team;
  return null;
}

/** The table is asked only where the answer counts. */
async function trustOf(
  tx: Tx,
  { id, fullName }: Repository,
  facts: Brought,
  { trust }: RepositoryPolicy,
): Promise<TrustDecision> {
  const isAsked = facts.isFork && trust['previously-merged'] && facts.authorId !== null;
  const hasMerged = isAsked && (await hasMergedChange(tx, id, facts.authorId ?? 0));
  return decideTrust({ ...facts, repository: fullName, hasMerged }, trust);
}

/**
 * The commits after this one are tested too: all of the change when it is new or is for another base, those since the last head
 * otherwise.
 */
const sinceOf = (known: Change | null, facts: PullChanged): CommitSha =>
  known && known.baseRef !== facts.baseRef
    ? facts.baseSha
    : known && known.headSha !== facts.headSha
      ? known.headSha
      : (facts.before ?? facts.baseSha);

function runOf(
  { now }: ChangeParts,
  change: Change,
  facts: PullFacts,
  decision: TrustDecision,
  since?: CommitSha,
): NewRun {
  return {
    repositoryId: change.repositoryId,
    commit: facts.headSha,
    ref: facts.headRef,
    purpose: 'change',
    changeId: change.id,
    ...decision,
    title: facts.title,
    author: facts.author,
    request: { command: null, images: null, landed: false, ...(since ? { since } : {}) },
    state: { status: 'preparing', tries: 0, nextAt: now(), message: null },
  };
}
