/**
 * Whose fault is a failing test? From what the same test did elsewhere: on the very same commit, and on the branch that the
 * change is made for. Pure; the counts stand beside the word, so that nobody has to believe it.
 */
import * as z from 'zod';

/** `known`: it fails on the branch without this change too. `unclear`: there is nothing to compare with. */
export const verdictKind = z.enum(['new', 'known', 'flaky', 'infrastructure', 'unclear']);
export type VerdictKind = z.infer<typeof verdictKind>;

export const verdict = z.object({
  kind: verdictKind,
  /** One sentence with the counts: `passed on main 12 of 12 times on netbsd-10`. */
  text: z.string(),
});
export type Verdict = z.infer<typeof verdict>;

/** Newest first; skipped ones are none. */
export type Results = readonly ('passed' | 'failed')[];

export type Evidence = {
  image: string;
  /** The machine or Paddock broke: it says nothing of the test. */
  isInfrastructure: boolean;
  /** Its own report says that it failed and passed. */
  isReportedFlaky: boolean;
  /** Of the same commit on the same image, this one included. */
  sameCommit: Results;
  /** Of other commits on the branch that it would land on, before this one, on the same image. */
  base: { name: string; results: Results };
  /** How many commits of those had both results. */
  disagreements: number;
};

const times = (n: number, of: number): string => `${n} of ${of} ${of === 1 ? 'time' : 'times'}`;

/** What a failure is, by the first of these that holds. */
export function judgeFailure(evidence: Evidence): Verdict {
  const { image, isInfrastructure, isReportedFlaky, sameCommit, base, disagreements } = evidence;
  const passed = base.results.filter(result => result === 'passed').length;
  const of = base.results.length;
  const onBase = `on ${base.name} ${times(passed, of)} on ${image}`;
  if (isInfrastructure)
    return { kind: 'infrastructure', text: `no result on ${image}: the fault is not the commit's` };
  if (isReportedFlaky) return { kind: 'flaky', text: `failed and then passed in one job on ${image}` };
  const passedHere = sameCommit.filter(result => result === 'passed').length;
  if (passedHere > 0)
    return {
      kind: 'flaky',
      text: `passed ${times(passedHere, sameCommit.length)} on this very commit on ${image}`,
    };
  if (of === 0) return { kind: 'unclear', text: `${base.name} has no result of it on ${image} yet` };
  if (disagreements > 0)
    return { kind: 'flaky', text: `passed ${onBase}; ${commits(disagreements)} had both results` };
  if (base.results[0] === 'failed')
    return { kind: 'known', text: `failed on ${base.name} too, ${times(of - passed, of)} on ${image}` };
  return { kind: 'new', text: `passed ${onBase}` };
}

const commits = (n: number): string => `${n} ${n === 1 ? 'commit' : 'commits'} there`;

/** How many commits have both results: the test changed its mind without a change of the code. */
export function countDisagreements(
  results: readonly { commit: string; result: 'passed' | 'failed' }[],
): number {
  const seen = new Map<string, Set<string>>();
  for (const { commit, result } of results) seen.set(commit, (seen.get(commit) ?? new Set()).add(result));
  return [...seen.values()].filter(each => each.size > 1).length;
}
