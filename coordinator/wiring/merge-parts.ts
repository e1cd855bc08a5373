/** Merging, with its forge, its git, and what the configuration says of it. */
import type { RunId } from '#shared/ids.ts';
import type { MergeAsk } from '#shared/merging.ts';
import { type Config, repositoryConfig, testedBranches } from '../config/config.ts';
import { ForgeError } from '../github/errors.ts';
import type { MergeClient } from '../github/merge-client.ts';
import type { Wake } from '../ground/wake.ts';
import { askMerge, withdrawMerge } from '../merging/ask.ts';
import { browseMerging } from '../merging/browse.ts';
import { OutsideError } from '../merging/errors.ts';
import { type HeardPull, heardOfPull, type SeenPull, sawOpenPulls } from '../merging/labels.ts';
import { createMerging } from '../merging/merging.ts';
import type { MergePolicy } from '../merging/policy.ts';
import type { MergeForge, MergeGit, MergingParts } from '../merging/ports.ts';
import { mergeStanding } from '../merging/standing.ts';
import { SourceError } from '../source/errors.ts';
import type { Mirrors } from '../source/mirror-port.ts';
import { isCommitOfBatch } from '../store/merge-batches.ts';
import { isHeadOfEntry } from '../store/merge-entries.ts';
import type { Repository } from '../store/repositories.ts';
import { findRun, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { forgeUrlRefusal } from './source-ports.ts';

export type MergeMirrors = Pick<
  Mirrors,
  'branchTip' | 'dropCommit' | 'ensureCommit' | 'isAncestor' | 'keepCommit' | 'mergeOnto' | 'pushBranch'
>;

export type MergeOptions = Pick<
  MergingParts,
  'store' | 'role' | 'applyToRun' | 'peopleUrl' | 'wakeUp' | 'now' | 'report'
> & { config: Config; client: MergeClient | null; mirrors: MergeMirrors };

export type MergeParts = ReturnType<typeof createMergeParts>;

export function createMergeParts({ config, client, mirrors, ...rest }: MergeOptions) {
  const isConfigured = config.repositories.some(({ merge }) => merge !== undefined);
  const parts: MergingParts = {
    ...rest,
    isConfigured,
    policyFor: (repository, branch) => policyFor(config, repository, branch),
    forge: client && forgeOf(client),
    git: gitOf(mirrors),
  };
  const merging = createMerging(parts);
  return {
    /** Whether anything is merged anywhere. */
    isConfigured,
    tick: merging.tick,
    touch: merging.touch,
    begin: merging.begin,
    /** In the transaction that settles a job: whoever is to be merged, or tested for that, may have waited for it. */
    async jobSettled(tx: Tx, id: RunId): Promise<Wake[]> {
      const run = isConfigured ? await findRun(tx, id) : null;
      const isAwaited = run && ((await isHeadOfEntry(tx, run)) || (await isCommitOfBatch(tx, run)));
      return isAwaited ? [{ type: 'merging', commit: run.commit }] : [];
    },
    policyFor: parts.policyFor,
    /** Any delivery may be what a merge waited for, and a push what moves its base. */
    afterDelivery(wakes: Wake[], isPush: boolean): Wake[] {
      if (!isConfigured) return wakes;
      if (isPush) merging.branchMoved();
      return [...wakes, { type: 'merging' }];
    },
    browse: (tx: Tx, maySee: (repository: Repository) => boolean) => browseMerging(parts, tx, maySee),
    standing: (tx: Tx, run: Pick<Run, 'changeId' | 'commit'>) => mergeStanding(parts, tx, run),
    heardOfPull: (tx: Tx, repository: Repository, heard: HeardPull) =>
      heardOfPull(parts, tx, repository, heard),
    sawOpen: (repository: Repository, pulls: readonly SeenPull[]) => sawOpenPulls(parts, repository, pulls),
    ask: (tx: Tx, asked: { fullName: string; number: number; ask: MergeAsk; priority?: number }) =>
      askMerge(parts, tx, asked),
    withdraw: (tx: Tx, asked: { fullName: string; number: number; message: string }) =>
      withdrawMerge(parts, tx, asked),
  };
}

function policyFor(
  config: Config,
  { fullName, defaultBranch }: Pick<Repository, 'fullName' | 'defaultBranch'>,
  branch: string,
): MergePolicy | null {
  const repository = repositoryConfig(config, fullName);
  const merge = repository?.merge;
  if (!repository || !merge || !testedBranches(repository, defaultBranch).includes(branch)) return null;
  const [, name = '', email = ''] = /^(.*) <(.*)>$/.exec(merge.queue?.committer ?? '') ?? [];
  return {
    method: merge.method,
    label: merge.label ?? null,
    blockingLabels: merge['blocking-labels'],
    approvals: merge.approvals,
    batch: merge.queue?.['max-batch'] ?? null,
    depth: merge.queue?.depth ?? 1,
    committer: { name, email },
  };
}

/** What an operator can meet, in the words of merging; everything else is thrown on. */
async function outside<Result>(asking: Promise<Result>): Promise<Result> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof ForgeError || error instanceof SourceError)
      throw new OutsideError(error.message, { cause: error });
    throw error;
  }
}

const forgeOf = (client: MergeClient): MergeForge => ({
  pullForMerge: (...asked) => outside(client.pullForMerge(...asked)),
  merge: (...asked) => outside(client.merge(...asked)),
  close: (...asked) => outside(client.close(...asked)),
});

/** The same rule as for what is fetched to be tested: what a payload names must be on the network. */
function onForge(repository: Repository, branch: string) {
  const refusal = forgeUrlRefusal(repository);
  if (refusal) throw new OutsideError(refusal);
  return { repository: repository.id, cloneUrl: repository.cloneUrl, branch };
}

const gitOf = (mirrors: MergeMirrors): MergeGit => ({
  tip: async (repository, branch, signal) => outside(mirrors.branchTip(onForge(repository, branch), signal)),
  fetch: async (repository, commit, ref, signal) =>
    outside(mirrors.ensureCommit({ ...onForge(repository, ref), commit, ref }, signal)),
  merge: ({ id }, plan, signal) => outside(mirrors.mergeOnto(id, plan, signal)),
  push: async (repository, { branch, from, commit }, signal) =>
    outside(mirrors.pushBranch({ ...onForge(repository, branch), from, commit }, signal)),
  keep: ({ id }, commit, signal) => outside(mirrors.keepCommit(id, commit, signal)),
  drop: ({ id }, commit, signal) => outside(mirrors.dropCommit(id, commit, signal)),
  contains: ({ id }, tip, commit, signal) => outside(mirrors.isAncestor(id, commit, tip, signal)),
});
