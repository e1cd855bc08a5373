import type { CommitSha, RepositoryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

/** Answers that were asked for ahead of their question; each is given once and soon, for what it says grows old. */
export type Foresight = {
  ask(repository: RepositoryId, commit: CommitSha): void;
  /** Whether it was there a moment ago; false where nobody has asked, or it could not be told. */
  take(repository: RepositoryId, commit: CommitSha): Promise<boolean>;
  forget(repository: RepositoryId, commit: CommitSha): void;
};

type Answer = { isHere: Promise<boolean>; at: number };

export function createForesight(
  lookUp: (repository: RepositoryId, commit: CommitSha) => Promise<boolean>,
  monotonicMs: () => number = () => performance.now(),
): Foresight {
  const answers = new Map<string, Answer>();
  const keyOf = (repository: RepositoryId, commit: CommitSha) => `${repository} ${commit}`;
  return {
    ask(repository, commit) {
      const [oldest] = answers.keys();
      if (answers.size >= limits.gitForeseen && oldest !== undefined) answers.delete(oldest);
      const isHere = lookUp(repository, commit).catch(() => false);
      answers.set(keyOf(repository, commit), { isHere, at: monotonicMs() });
    },
    async take(repository, commit) {
      const key = keyOf(repository, commit);
      const answer = answers.get(key);
      answers.delete(key);
      return answer !== undefined && monotonicMs() - answer.at < limits.gitForeseenMs && answer.isHere;
    },
    forget(repository, commit) {
      answers.delete(keyOf(repository, commit));
    },
  };
}
