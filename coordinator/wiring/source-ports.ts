/** The mirror, as the runs feature asks for it. */
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { suiteFileName } from '#shared/suite-file.ts';
import type { ChangeParts } from '../runs/intake-ports.ts';
import type { PreparePorts } from '../runs/prepare.ts';
import { checkCloneUrl } from '../source/clone-url.ts';
import { SourceError } from '../source/errors.ts';
import type { Mirrors } from '../source/mirror.ts';
import { readSuiteFile } from '../source/read-suite-file.ts';
import type { Repository } from '../store/repositories.ts';
import { problemText } from '../yaml.ts';

export type SourcePorts = Pick<PreparePorts, 'ensureCommit' | 'readSuiteFile'> &
  Pick<ChangeParts, 'commitsBetween'>;

/** What a payload names as its clone URL must be on the network; a person on this computer may name a path. */
function forgeUrlRefusal({ forge, cloneUrl, fullName }: Repository): string | null {
  const check = forge === 'none' ? null : checkCloneUrl(cloneUrl, { allowLocal: false, allowSsh: false });
  return check && 'refused' in check ? `the clone URL of ${fullName} cannot be used: ${check.refused}` : null;
}

export function createSourcePorts(mirrors: Mirrors): SourcePorts {
  const wish = (repository: Repository, commit: CommitSha, ref: string) => ({
    repository: repository.id,
    cloneUrl: repository.cloneUrl,
    commit,
    ref,
  });
  return {
    async ensureCommit(repository, run, signal) {
      const refusal = forgeUrlRefusal(repository);
      if (refusal) return { message: refusal, isPermanent: true };
      try {
        await mirrors.ensureCommit(wish(repository, run.commit, run.ref), signal);
        return null;
      } catch (error) {
        if (signal.aborted || !(error instanceof SourceError)) throw error;
        return { message: error.message, isPermanent: error.permanent };
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
        if (!(error instanceof SourceError) || !error.permanent) throw error;
        return { type: 'bad', message: error.message, position: null };
      }
    },
    async commitsBetween(repository, facts, after, max, signal) {
      await mirrors.ensureCommit(wish(repository, facts.headSha, facts.headRef), signal);
      // The base of a new change is not in the change's own history: without it every commit of the branch would count.
      await mirrors.ensureCommit(wish(repository, after, facts.baseRef), signal).catch(() => undefined);
      return (
        await mirrors.commitsBetween(repository.id, { before: after, after: facts.headSha, max }, signal)
      ).commits;
    },
  };
}
