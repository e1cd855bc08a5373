/**
 * The mirrors: one bare repository for each tested repository, without alternates, so that nothing of one can be read
 * through another. Everything that reads source (suite files, history, archives, git over HTTP) reads it here; no
 * credential of a forge goes further than the fetch.
 */
import { join } from 'node:path';
import type { CommitSha, RepositoryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { branchTip, type Pushed, pushBranch, type Remote } from './branches.ts';
import { type ChangedFiles, changedFiles, type Difference } from './changed-files.ts';
import { type CloneUrlPolicy, checkCloneUrl } from './clone-url.ts';
import { type CommitFacts, readCommitObject } from './commit-object.ts';
import { type CommitWish, createCommitWishes } from './commit-wishes.ts';
import { SourceError } from './errors.ts';
import type { Credential } from './fetch-commits.ts';
import { createForesight } from './foresight.ts';
import { fulfilWishes } from './fulfil-wishes.ts';
import { gitSettings } from './git-environment.ts';
import { adviceFor, wordsOfGit } from './git-failure.ts';
import { createGit, type GitCall, type GitChild } from './git-process.ts';
import { type CommitRange, commitsBetween, isAncestor } from './history.ts';
import { type MergedPart, type MergePlan, mergeOnto } from './merge-result.ts';
import { isMirror, keptRef } from './mirror-directory.ts';
import { createObjectReaders } from './object-readers.ts';
import { fileIdAt, readCommit, readFileAt } from './read-objects.ts';
import type { SourceLog } from './source-log.ts';

export type MirrorOptions = {
  /** Holds `<repository id>.git` for each repository; made when it is missing, readable by nobody else. */
  dir: string;
  /** The coordinator's environment; only PATH, proxies and certificates of it reach git. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Asked before every fetch, so that short-lived tokens are fresh. Null: fetch without. */
  credentialsFor(repository: RepositoryId): Promise<Credential | null>;
  policy: CloneUrlPolicy;
  log: SourceLog;
};

export type Mirrors = {
  /**
   * Afterwards the commit and its whole history are in the mirror, and stay until `dropCommit`. About 1 ms when they are
   * there already. The same commit asked for at once is fetched once. Throws `SourceError` (`permanent` says whether
   * trying again can help), or the signal's reason; a fetch that nobody waits for is stopped.
   */
  ensureCommit(wish: CommitWish, signal: AbortSignal): Promise<void>;
  hasCommit(repository: RepositoryId, commit: CommitSha): Promise<boolean>;
  /** Whoever will call `ensureCommit` in a moment may say so: what is here of it is looked up while they are busy. */
  foresee(repository: RepositoryId, commit: CommitSha): void;
  /**
   * The bytes of a regular file, null when the commit has none of that path. Symbolic links, directories and submodules
   * are refused (`not-a-file`), on the way too; so is a file over `maxBytes`. Throws `SourceError`.
   */
  readFile(
    repository: RepositoryId,
    commit: CommitSha,
    path: string,
    maxBytes: number,
  ): Promise<Uint8Array | null>;
  /** The object id of a regular file, null where the commit has none of that path. Throws `SourceError`. */
  fileId(repository: RepositoryId, commit: CommitSha, path: string): Promise<string | null>;
  commitFacts(repository: RepositoryId, commit: CommitSha): Promise<CommitFacts>;
  /**
   * What `after` has and `before` has not, oldest first, merged commits too: the newest `max` of them, `after` last. Only
   * `after` when `before` is not here (a new branch, a force push).
   */
  commitsBetween(
    repository: RepositoryId,
    range: { before: string; after: CommitSha; max: number },
    signal: AbortSignal,
  ): Promise<CommitRange>;
  /** Whether `ancestor` is in the history of `commit`, or is it. */
  isAncestor(
    repository: RepositoryId,
    ancestor: CommitSha,
    commit: CommitSha,
    signal: AbortSignal,
  ): Promise<boolean>;
  /** The tip of a branch as the forge has it now; null when it has none of that name. Throws `SourceError`. */
  branchTip(forge: ForgeBranch, signal: AbortSignal): Promise<CommitSha | null>;
  /** What the base becomes with these changes, one after the other; see `merge-result.ts`. All of them are in the mirror. */
  mergeOnto(repository: RepositoryId, plan: MergePlan, signal: AbortSignal): Promise<MergedPart[]>;
  /** Moves a branch of the forge forward, if it still is where it was; see `branches.ts`. */
  pushBranch(
    forge: ForgeBranch & { from: CommitSha; commit: CommitSha },
    signal: AbortSignal,
  ): Promise<Pushed>;
  /** The files that differ between two commits that are here; see `changed-files.ts`. Throws `SourceError`. */
  changedFiles(repository: RepositoryId, difference: Difference, signal: AbortSignal): Promise<ChangedFiles>;
  /** Gives the commit up: its objects go with a later `maintain`, unless another kept commit needs them. */
  dropCommit(repository: RepositoryId, commit: CommitSha, signal: AbortSignal): Promise<void>;
  /** Packs refs and objects and removes what is given up (older than an hour). Safe beside fetches and readers. */
  maintain(repository: RepositoryId, signal: AbortSignal): Promise<void>;
  /** A git child on this mirror that the caller owns: `args` come after `--git-dir`. */
  startGit(repository: RepositoryId, call: GitCall): GitChild;
  directoryOf(repository: RepositoryId): string;
  /** Stops every fetch and reader and waits for their ends. Children from `startGit` are their owners' business. */
  close(): Promise<void>;
};

export type ForgeBranch = { repository: RepositoryId; cloneUrl: string; branch: string };

/** Opens the mirrors below `dir`; nothing is started before it is needed. */
export function createMirrors({ dir, environment, credentialsFor, policy, log }: MirrorOptions): Mirrors {
  const git = createGit(environment, gitSettings(policy));
  const readers = createObjectReaders(git);
  const directoryOf = (repository: RepositoryId) => join(dir, `${repository}.git`);
  const placeOf = (repository: RepositoryId) => ({ git, repository, directory: directoryOf(repository) });

  const readersOf = async (repository: RepositoryId, commit?: CommitSha) => {
    const directory = directoryOf(repository);
    if (isMirror(directory)) return { readers, repository, directory };
    const message = `${repository} has no mirror here. ${adviceFor('not-mirrored')}`;
    throw new SourceError('not-mirrored', message, { repository, commit });
  };

  const lookUp = async (repository: RepositoryId, commit: CommitSha) => {
    const directory = directoryOf(repository);
    if (!isMirror(directory)) return false;
    return (await readCommit({ readers, repository, directory }, keptRef(commit))) !== null;
  };

  const foresight = createForesight(async (repository, commit) => {
    if (!isMirror(directoryOf(repository))) return false;
    // Both at once. The root is remembered: the suite file is looked for in it.
    const [wasFound] = await Promise.all([
      lookUp(repository, commit),
      readers.read(directoryOf(repository), `${keptRef(commit)}^{tree}`, limits.gitTreeBytes),
    ]);
    return wasFound;
  });

  const isHere = async (repository: RepositoryId, commit: CommitSha) =>
    (await foresight.take(repository, commit)) || lookUp(repository, commit);

  const wishes = createCommitWishes((asked, signal) =>
    fulfilWishes({ git, readers, policy, credentialsFor, log, directoryOf }, asked, signal),
  );

  const remoteOf = async ({ repository, cloneUrl }: ForgeBranch): Promise<Remote> => {
    const { url, credential } = await reach({ policy, credentialsFor }, repository, cloneUrl);
    await readersOf(repository);
    return { ...placeOf(repository), url, credential };
  };

  const inMirror = async (repository: RepositoryId, args: string[], what: string, signal: AbortSignal) => {
    const at = `--git-dir=${directoryOf(repository)}`;
    const { exitCode, complaint } = await git.run(repository, { args: [at, ...args] }, signal);
    if (exitCode === 0) return;
    const message = `${what} in the mirror of ${repository} failed: ${wordsOfGit(complaint)}`;
    throw new SourceError('git-failed', message, { repository });
  };

  return {
    directoryOf,
    hasCommit: lookUp,
    foresee: foresight.ask,
    startGit: (repository, call) =>
      git.start({ ...call, args: [`--git-dir=${directoryOf(repository)}`, ...call.args] }),
    async ensureCommit(wish, signal) {
      signal.throwIfAborted();
      if (!(await isHere(wish.repository, wish.commit))) await wishes.ask(wish, signal);
    },
    async readFile(repository, commit, path, maxBytes) {
      return readFileAt(await readersOf(repository, commit), commit, path, maxBytes);
    },
    async fileId(repository, commit, path) {
      return fileIdAt(await readersOf(repository, commit), commit, path);
    },
    async commitFacts(repository, commit) {
      const found = await readCommit(await readersOf(repository, commit), commit);
      if (found) return readCommitObject(found.bytes);
      const message = `commit ${commit} is not in the mirror of ${repository}. ${adviceFor('not-mirrored')}`;
      throw new SourceError('not-mirrored', message, { repository, commit });
    },
    async commitsBetween(repository, range, signal) {
      return commitsBetween({ ...placeOf(repository), ...(await readersOf(repository)) }, range, signal);
    },
    isAncestor: (repository, ancestor, commit, signal) =>
      isAncestor(placeOf(repository), ancestor, commit, signal),
    async branchTip(forge, signal) {
      return branchTip(await remoteOf(forge), forge.branch, signal);
    },
    async mergeOnto(repository, plan, signal) {
      await readersOf(repository);
      return mergeOnto(placeOf(repository), plan, signal);
    },
    async pushBranch(forge, signal) {
      return pushBranch(await remoteOf(forge), forge, signal);
    },
    changedFiles: (repository, difference, signal) => changedFiles(placeOf(repository), difference, signal),
    async dropCommit(repository, commit, signal) {
      if (!isMirror(directoryOf(repository))) return;
      foresight.forget(repository, commit);
      await inMirror(repository, ['update-ref', '-d', keptRef(commit)], 'dropping a commit', signal);
    },
    async maintain(repository, signal) {
      if (!isMirror(directoryOf(repository))) return;
      await inMirror(repository, ['gc', '--quiet', '--prune=1.hour.ago'], 'maintenance', signal);
    },
    async close() {
      await wishes.close();
      await readers.close();
    },
  };
}

/** Where the forge's repository is, and with what it is spoken to. Throws `SourceError` for a URL that git may not have. */
async function reach(
  { policy, credentialsFor }: Pick<MirrorOptions, 'policy' | 'credentialsFor'>,
  repository: RepositoryId,
  cloneUrl: string,
) {
  const checked = checkCloneUrl(cloneUrl, policy);
  if ('refused' in checked)
    throw new SourceError('url-refused', `${repository}: ${checked.refused}`, { repository });
  return { url: checked.ok, credential: await credentialsFor(repository) };
}
