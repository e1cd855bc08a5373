/** The mirror, as the runs feature asks for it. */
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { suiteFileName } from '#shared/suite-file.ts';
import type { PreparePorts, SourceFailure } from '../runs/prepare-ports.ts';
import { checkCloneUrl } from '../source/clone-url.ts';
import { SourceError } from '../source/errors.ts';
import type { Mirrors } from '../source/mirror-port.ts';
import { createSuiteFileReader } from '../source/read-suite-file.ts';
import type { Repository } from '../store/repositories.ts';
import { problemText } from '../yaml/yaml.ts';

export type SourcePorts = Pick<
  PreparePorts,
  'ensureCommit' | 'readSuiteFile' | 'readCommit' | 'changedFiles' | 'commitsSince' | 'isAncestor'
> &
  Pick<Mirrors, 'foresee'>;

/** An operational failure as a value; everything else is thrown on. */
function failureOf(error: unknown): SourceFailure {
  if (!(error instanceof SourceError)) throw error;
  return { message: error.message, isPermanent: error.permanent };
}

/** What a payload names as its clone URL must be on the network; a person on this computer may name a path. */
export function forgeUrlRefusal({ forge, cloneUrl, fullName }: Repository): string | null {
  const check = forge === 'none' ? null : checkCloneUrl(cloneUrl, { allowLocal: false, allowSsh: false });
  return check && 'refused' in check ? `the clone URL of ${fullName} cannot be used: ${check.refused}` : null;
}

export type ReadMirrors = Pick<
  Mirrors,
  'ensureCommit' | 'foresee' | 'readFile' | 'commitFacts' | 'commitsBetween' | 'changedFiles' | 'isAncestor'
>;

export function createSourcePorts(mirrors: ReadMirrors): SourcePorts {
  const readSuiteFile = createSuiteFileReader();
  const wish = (repository: Repository, commit: CommitSha, ref: string) => ({
    repository: repository.id,
    cloneUrl: repository.cloneUrl,
    commit,
    ref,
  });
  return {
    foresee: mirrors.foresee,
    async ensureCommit(repository, { commit, ref }, signal) {
      const refusal = forgeUrlRefusal(repository);
      if (refusal) return { message: refusal, isPermanent: true };
      try {
        await mirrors.ensureCommit(wish(repository, commit, ref), signal);
        return null;
      } catch (error) {
        signal.throwIfAborted();
        return failureOf(error);
      }
    },
    async readSuiteFile(repository, commit) {
      try {
        const bytes = await mirrors.readFile(repository.id, commit, suiteFileName, limits.suiteFileBytes);
        if (bytes === null) return { type: 'absent' };
        const answer = readSuiteFile(bytes);
        if ('ok' in answer) return { type: 'file', file: answer.ok };
        const [{ message: _, ...position }] = answer.problems;
        return { type: 'bad', message: answer.problems.map(problemText).join('; '), position };
      } catch (error) {
        return { type: 'failed', failure: failureOf(error) };
      }
    },
    async readCommit(repository, commit) {
      try {
        const { title, message, parents } = await mirrors.commitFacts(repository.id, commit);
        return { title, message, parent: parents[0] ?? null };
      } catch (error) {
        return { failure: failureOf(error) };
      }
    },
    async changedFiles(repository, difference, signal) {
      try {
        const changed = await mirrors.changedFiles(repository.id, difference, signal);
        return changed.type === 'files' ? changed : { type: 'unknown', why: unknownText[changed.type] };
      } catch (error) {
        signal.throwIfAborted();
        return { type: 'unknown', why: failureOf(error).message };
      }
    },
    async isAncestor({ id }, ancestor, commit, signal) {
      try {
        return await mirrors.isAncestor(id, ancestor, commit, signal);
      } catch (error) {
        signal.throwIfAborted();
        failureOf(error);
        return false;
      }
    },
    async commitsSince(repository, run, base, since, max, signal) {
      /** Null: the commit before is gone from the forge (a forced push) and from here, and excludes nothing. */
      const after = async (before: CommitSha, ref: string) => {
        const isHere = await mirrors
          .ensureCommit(wish(repository, before, ref), signal)
          .then(() => true, isGone);
        return isHere
          ? mirrors.commitsBetween(repository.id, { before, after: run.commit, max }, signal)
          : null;
      };
      try {
        const recent = await after(since, run.ref);
        // A head that took its base in, or moved onto a newer one, did not write the commits of the base.
        const own = !base || since === base.commit ? recent : await after(base.commit, base.ref);
        const range = recent ?? own ?? { commits: [run.commit], isCut: false };
        const isOwn = new Set((own ?? range).commits);
        return { ...range, commits: range.commits.filter(commit => isOwn.has(commit)) };
      } catch (error) {
        signal.throwIfAborted();
        return { failure: failureOf(error) };
      }
    },
  };
}

const unknownText = {
  'too-many': `more than ${limits.changedFiles} files changed, or their names take more than ${limits.changedFilesBytes / 1024} KiB`,
  unrelated: 'the commit has no history in common with its base',
};

/** False for a commit that does not exist; every other failure is thrown. */
function isGone(error: unknown): false {
  if (error instanceof SourceError && error.permanent) return false;
  throw error;
}
