import type { CommitSha, RepositoryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

/** Answers that were asked for ahead of their question; each is given once, for what it says grows old. */
export type Foresight = {
  ask(repository: RepositoryId, commit: CommitSha): void;
  /** @returns undefined where nobody has asked. */
  take(repository: RepositoryId, commit: CommitSha): Promise<boolean> | undefined;
};

/** `lookUp` may fail: then its question is as good as not asked. */
export function createForesight(
  lookUp: (repository: RepositoryId, commit: CommitSha) => Promise<boolean>,
): Foresight {
  const answers = new Map<string, Promise<boolean>>();
  const keyOf = (repository: RepositoryId, commit: CommitSha) => `${repository} ${commit}`;
  return {
    ask(repository, commit) {
      const [oldest] = answers.keys();
      if (answers.size >= limits.gitForeseen && oldest !== undefined) answers.delete(oldest);
      const answer = lookUp(repository, commit);
      answer.catch(() => {}); // whoever takes it asks again
      answers.set(keyOf(repository, commit), answer);
    },
    take(repository, commit) {
      const key = keyOf(repository, commit);
      const answer = answers.get(key);
      answers.delete(key);
      return answer?.catch(() => lookUp(repository, commit));
    },
  };
}
