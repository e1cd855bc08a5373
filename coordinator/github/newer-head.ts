/**
 * Which of two heads of a pull request is the newer one, when deliveries come late, twice or in another order.
 *
 * Two witnesses: the chain (`before` of a push names the head it replaced) and the time at which GitHub made the payload
 * (`updated_at`, in whole seconds). Each can be silent: a push may have been lost, two pushes may share a second, and a
 * branch that was forced back to an older commit links both ways. Where they contradict each other or both are silent
 * the answer is `unclear`, and the caller asks the API before it cancels anything.
 */
import type { CommitSha, Instant } from '#shared/ids.ts';

export type Head = { sha: CommitSha; before: CommitSha | null; updatedAt: Instant };

export type HeadOrder = 'newer' | 'older' | 'same' | 'unclear';

type Link = Pick<Head, 'sha' | 'before'>;
type Word = 'newer' | 'older' | 'silent';

/** Whether one comes from `from` back to `to` along `before`, over the pushes that were seen. */
function leadsBack(from: CommitSha, to: CommitSha, links: readonly Link[]): boolean {
  const reached = new Set<CommitSha>([from]);
  for (const sha of reached)
    for (const link of links) if (link.sha === sha && link.before !== null) reached.add(link.before);
  return from !== to && reached.has(to);
}

function wordOfChain(known: Head, candidate: Head, seen: readonly Link[]): Word {
  const links = [known, candidate, ...seen];
  const follows = leadsBack(candidate.sha, known.sha, links);
  const precedes = leadsBack(known.sha, candidate.sha, links);
  if (follows === precedes) return 'silent';
  return follows ? 'newer' : 'older';
}

function wordOfTime(known: Head, candidate: Head): Word {
  if (known.updatedAt === candidate.updatedAt) return 'silent';
  return candidate.updatedAt > known.updatedAt ? 'newer' : 'older';
}

/**
 * How `candidate` stands to `known`. `seen` are other pushes of the same pull request, in any order; they bridge gaps
 * in the chain.
 */
export function compareHeads(known: Head, candidate: Head, seen: readonly Link[] = []): HeadOrder {
  if (known.sha === candidate.sha) return 'same';
  const chain = wordOfChain(known, candidate, seen);
  const time = wordOfTime(known, candidate);
  if (chain === 'silent') return time === 'silent' ? 'unclear' : time;
  return time === 'silent' || time === chain ? chain : 'unclear';
}
