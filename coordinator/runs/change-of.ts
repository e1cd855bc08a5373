/** The row of a pull request from what was said of it last. */
import type { Change } from '../store/changes.ts';
import type { Repository } from '../store/repositories.ts';
import type { PullFacts } from './forge-intent.ts';

/** The clock of a change never goes back; a late word does not reopen what has been closed since, nor any what was merged. */
export function changeOf(repository: Repository, facts: PullFacts, known: Change | null): Omit<Change, 'id'> {
  const { number, title, author, authorId, headRef, headSha, baseRef, baseSha, isFork, updatedAt } = facts;
  const isLate = known !== null && known.updatedAt > updatedAt;
  return {
    repositoryId: repository.id,
    number,
    title,
    author,
    authorId,
    headRef,
    headSha,
    baseRef,
    baseSha,
    isFork,
    updatedAt: isLate ? known.updatedAt : updatedAt,
    state: isLate || known?.state === 'merged' ? known.state : 'open',
  };
}
