/** What the reviews of a pull request come to. Pure. */
import type { CommitSha } from '#shared/ids.ts';

/** `state` is GitHub's word; `commit` is the head that was looked at. */
export type Review = { by: string; state: string; commit: string | null };

/**
 * Oldest first. Of each reviewer the newest word counts; comments are none, and what was dismissed is withdrawn. An approval
 * is of the head that was looked at; an objection stands until it is taken back, whatever was pushed since.
 */
export function objections(
  reviews: readonly Review[],
  head: CommitSha,
): { approvedBy: string[]; objectedBy: string[] } {
  const words = new Map<string, Review>();
  for (const review of reviews) {
    const key = review.by.toLowerCase();
    if (review.state === 'COMMENTED' || review.state === 'PENDING') continue;
    words.delete(key);
    words.set(key, review);
  }
  const last = [...words.values()];
  return {
    approvedBy: last
      .filter(({ state, commit }) => state === 'APPROVED' && commit === head)
      .map(({ by }) => by),
    objectedBy: last.filter(({ state }) => state === 'CHANGES_REQUESTED').map(({ by }) => by),
  };
}
