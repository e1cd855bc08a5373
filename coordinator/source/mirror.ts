/**
 * The mirrors: one bare repository for each tested repository, without alternates, so that nothing of one can be read
 * through another. Everything that reads source (suite files, history, archives, git over HTTP) reads it here; no
 * credential of a forge goes further than the fetch.
 */
import { join } from 'node:path';
import type { CommitSha, RepositoryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { branchTip, pushBranch, type Remote } from './branches.ts';
import { changedFiles } from './changed-files.ts';
import { type CloneUrl, checkCloneUrl } from './clone-url.ts';
import { readCommitObject } from './commit-object.ts';
import { createCommitWishes } from './commit-wishes.ts';
import { SourceError } from './errors.ts';
import { keepComplete } from './fetch-commits.ts';
import { createForesight } from './foresight.ts';
import { fulfilWishes } from './fulfil-wishes.ts';
import { gitSettings } from './git-environment.ts';
import { adviceFor, wordsOfGit } from './git-failure.ts';
import { createGit } from './git-process.ts';
import { commitsBetween, isAncestor } from './history.ts';
import { createMending } from './mend-mirror.ts';
import { mergeOnto } from './merge-result.ts';
import { isMirror, keptRef } from './mirror-directory.ts';
import { createMirrorGate } from './mirror-gate.ts';
import type { ForgeBranch, MirrorOptions, Mirrors } from './mirror-port.ts';
import { createObjectReaders } from './object-readers.ts';
import { fileIdAt, readCommit, readFileAt } from './read-objects.ts';
import { lookUpAll, resolveUrl } from './resolve-url.ts';

/** Opens the mirrors below `dir`; nothing is started before it is needed. */
export function createMirrors(options: MirrorOptions): Mirrors {
  const { dir, environment, credentialsFor, policy, packBytes = limits.mirrorPackBytes, log } = options;
  const { lookup = lookUpAll, forgeHosts = [] } = options;
  const resolve = (repository: RepositoryId, url: CloneUrl) =>
    resolveUrl({ lookup, forgeHosts, environment }, repository, url);
  const git = createGit(environment, gitSettings(policy));
  const readers = createObjectReaders(git);
  const directoryOf = (repository: RepositoryId) => join(dir, `${repository}.git`);
  const placeOf = (repository: RepositoryId) => ({ git, repository, directory: directoryOf(repository) });
  const gate = createMirrorGate();
  const { reading, fetching } = createMending({ git, readers, directoryOf, log });

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
    fulfilWishes(
      { git, readers, policy, resolve, packBytes, credentialsFor, log, directoryOf },
      asked,
      signal,
    ),
  );

  const remoteOf = async ({ repository, cloneUrl }: ForgeBranch): Promise<Remote> => {
    const { url, credential } = await reach({ policy, credentialsFor }, repository, cloneUrl);
    return { ...placeOf(repository), url: await resolve(repository, url), credential };
  };

  const inMirror = async (repository: RepositoryId, args: string[], what: string, signal: AbortSignal) => {
    const at = `--git-dir=${directoryOf(repository)}`;
    const { exitCode, complaint } = await git.run(repository, { args: [at, ...args] }, signal);
    if (exitCode === 0) return;
    const message = `${what} in the mirror of ${repository} failed: ${wordsOfGit(complaint)}`;
    throw new SourceError('git-failed', message, { repository });
  };

  const ensure: Mirrors['ensureCommit'] = async (wish, signal) => {
    signal.throwIfAborted();
    if (!(await isHere(wish.repository, wish.commit)))
      await gate.pass(wish.repository, () => wishes.ask(wish, signal));
  };

  const keep: Mirrors['keepCommit'] = async (repository, commit, signal) => {
    if (await lookUp(repository, commit)) return true;
    const place = placeOf(repository);
    if (!isMirror(place.directory) || !(await readCommit({ ...place, readers }, commit))) return false;
    return gate.pass(repository, () => keepComplete({ ...place, signal }, commit));
  };

  return {
    directoryOf,
    hasCommit: lookUp,
    foresee: foresight.ask,
    startGit: (repository, call) =>
      git.start({ ...call, args: [`--git-dir=${directoryOf(repository)}`, ...call.args] }),
    ensureCommit: (wish, signal) => fetching(wish.repository, () => ensure(wish, signal), signal),
    readFile: (repository, commit, path, maxBytes) =>
      reading(repository, async () =>
        readFileAt(await readersOf(repository, commit), commit, path, maxBytes),
      ),
    fileId: (repository, commit, path) =>
      reading(repository, async () => fileIdAt(await readersOf(repository, commit), commit, path)),
    commitFacts: (repository, commit) =>
      reading(repository, async () => {
        const found = await readCommit(await readersOf(repository, commit), commit);
        if (found) return readCommitObject(found.bytes);
        const message = `commit ${commit} is not in the mirror of ${repository}. ${adviceFor('not-mirrored')}`;
        throw new SourceError('not-mirrored', message, { repository, commit });
      }),
    commitsBetween: (repository, range, signal) =>
      reading(repository, async () =>
        commitsBetween({ ...placeOf(repository), ...(await readersOf(repository)) }, range, signal),
      ),
    isAncestor: (repository, ancestor, commit, signal) =>
      reading(repository, async () =>
        isAncestor({ ...placeOf(repository), ...(await readersOf(repository)) }, ancestor, commit, signal),
      ),
    branchTip: async (forge, signal) => branchTip(await remoteOf(forge), forge.branch, signal),
    mergeOnto: (repository, plan, signal) =>
      reading(repository, async () => {
        await readersOf(repository);
        return gate.pass(repository, () => mergeOnto(placeOf(repository), plan, signal));
      }),
    pushBranch: (forge, signal) =>
      reading(forge.repository, async () => {
        await readersOf(forge.repository);
        return pushBranch(await remoteOf(forge), forge, signal);
      }),
    changedFiles: (repository, difference, signal) =>
      reading(repository, () => changedFiles(placeOf(repository), difference, signal)),
    keepCommit: (repository, commit, signal) => reading(repository, () => keep(repository, commit, signal)),
    async dropCommit(repository, commit, signal) {
      if (!isMirror(directoryOf(repository))) return;
      foresight.forget(repository, commit);
      const drop = ['update-ref', '-d', keptRef(commit)];
      await gate.pass(repository, () => inMirror(repository, drop, 'dropping a commit', signal));
    },
    async maintain(repository, signal) {
      if (!isMirror(directoryOf(repository))) return false;
      const clean = ['gc', '--quiet', '--prune=1.hour.ago'];
      const done = await gate.alone(repository, signal, async stop => {
        await inMirror(repository, clean, 'maintenance', stop);
        return true;
      });
      return done ?? false;
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
