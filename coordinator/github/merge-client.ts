/** What Paddock asks of GitHub to merge a pull request: what speaks for it, GitHub's own merge, and closing one that has landed. */

import * as z from 'zod';
import { type CommitSha, commitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { MergeMethod } from '#shared/merging.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { ForgeError } from './errors.ts';
import { mayWrite } from './forge-permission.ts';
import { splitName } from './full-name.ts';
import { type Forge, type ForgeAccess, type ForgeCall, openForge } from './open-forge.ts';
import { objections, type Review } from './reviews.ts';

export type PullForMerge = {
  state: 'open' | 'closed' | 'merged';
  mergeSha: CommitSha | null;
  isDraft: boolean;
  headSha: CommitSha;
  baseRef: string;
  labels: string[];
  approvedBy: string[];
  objectedBy: string[];
};

/** `refused`: GitHub's own words: a conflict, a protected branch. `moved`: the head is not the one that was asked for. */
export type MergeAnswer =
  | { type: 'merged'; commit: CommitSha }
  | { type: 'moved' }
  | { type: 'refused'; message: string };

export type MergeClient = {
  /** Throws `ForgeError`, or the signal's reason, like all of these. */
  pullForMerge(fullName: string, number: number, signal: AbortSignal): Promise<PullForMerge>;
  /** Merges exactly this head, or not at all. */
  merge(
    pull: { fullName: string; number: number; head: CommitSha; method: MergeMethod },
    signal: AbortSignal,
  ): Promise<MergeAnswer>;
  close(fullName: string, number: number, signal: AbortSignal): Promise<void>;
};

const pullAnswer = z.object({
  state: z.enum(['open', 'closed']),
  merged: z.boolean(),
  merge_commit_sha: commitSha.nullish(),
  draft: z.boolean().nullish(),
  head: z.object({ sha: commitSha }),
  base: z.object({ ref: z.string() }),
  labels: z.array(z.object({ name: z.string() })),
});

const reviewsAnswer = z.array(
  z.object({
    user: z.object({ login: z.string() }).nullish(),
    state: z.string(),
    commit_id: z.string().nullish(),
  }),
);

const mergedAnswer = z.object({ merged: z.literal(true), sha: commitSha });

/** https://docs.github.com/rest/pulls/reviews#list-reviews-for-a-pull-request: oldest first. */
async function reviewsOf(forge: Forge, fullName: string, number: number, signal: AbortSignal) {
  const reviews: Review[] = [];
  for (let page = 1; page <= limits.reviewPages; page++) {
    const fields = { ...splitName(fullName), pull_number: number, per_page: limits.forgePageSize, page };
    const call: ForgeCall = {
      fullName,
      what: `reviews of pull request ${number} of ${fullName}`,
      signal,
      make: (octokit, request) =>
        octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', { ...fields, request }),
    };
    const items = await forge.ask(call, reviewsAnswer, 'a list of reviews');
    for (const { user, state, commit_id: commit } of items)
      if (user) reviews.push({ by: user.login, state, commit: commit ?? null });
    if (items.length < limits.forgePageSize) break;
  }
  return reviews;
}

async function pullForMerge(
  forge: Forge,
  fullName: string,
  number: number,
  signal: AbortSignal,
): Promise<PullForMerge> {
  const fields = { ...splitName(fullName), pull_number: number };
  const call: ForgeCall = {
    fullName,
    what: `question for pull request ${number} of ${fullName}`,
    signal,
    make: (octokit, request) =>
      octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...fields, request }),
  };
  const pull = await forge.ask(call, pullAnswer, 'a pull request');
  const state = pull.merged ? 'merged' : pull.state;
  const reviews = state === 'open' ? await reviewsOf(forge, fullName, number, signal) : [];
  const { approvedBy, objectedBy } = objections(reviews, pull.head.sha);
  const writers = async (logins: string[]) => {
    const kept: string[] = [];
    for (const login of logins) if (await mayWrite(forge, fullName, login, signal)) kept.push(login);
    return kept;
  };
  return {
    state,
    mergeSha: pull.merged ? (pull.merge_commit_sha ?? null) : null,
    isDraft: pull.draft ?? false,
    headSha: pull.head.sha,
    baseRef: pull.base.ref,
    labels: pull.labels.map(({ name }) => name),
    approvedBy: await writers(approvedBy),
    objectedBy: await writers(objectedBy),
  };
}

/** https://docs.github.com/rest/pulls/pulls#merge-a-pull-request */
async function merge(
  forge: Forge,
  { fullName, number, head, method }: Parameters<MergeClient['merge']>[0],
  signal: AbortSignal,
): Promise<MergeAnswer> {
  const fields = { ...splitName(fullName), pull_number: number, sha: head, merge_method: method };
  const call: ForgeCall = {
    fullName,
    what: `merge of pull request ${number} of ${fullName} at ${shortCommit(head)}`,
    signal,
    make: (octokit, request) =>
      octokit.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', { ...fields, request }),
  };
  try {
    return { type: 'merged', commit: (await forge.ask(call, mergedAnswer, 'a merge')).sha };
  } catch (error) {
    const answer = error instanceof ForgeError ? refusalOf(error) : null;
    if (answer) return answer;
    throw error;
  }
}

function refusalOf({ status, message }: ForgeError): MergeAnswer | null {
  if (status === 409) return { type: 'moved' };
  // 405: "not mergeable"; 422: not by this method. Both by GitHub's rules for the branch.
  return status === 405 || status === 422 ? { type: 'refused', message } : null;
}

/** https://docs.github.com/rest/pulls/pulls#update-a-pull-request */
async function close(forge: Forge, fullName: string, number: number, signal: AbortSignal): Promise<void> {
  const fields = { ...splitName(fullName), pull_number: number, state: 'closed' as const };
  await forge.call({
    fullName,
    what: `closing of pull request ${number} of ${fullName}`,
    signal,
    make: (octokit, request) =>
      octokit.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', { ...fields, request }),
  });
}

/** Makes no call yet. Throws a plain error for a token that cannot be one. */
export function createMergeClient(access: ForgeAccess): MergeClient {
  const forge = openForge(access);
  return {
    pullForMerge: (fullName, number, signal) => pullForMerge(forge, fullName, number, signal),
    merge: (pull, signal) => merge(forge, pull, signal),
    close: (fullName, number, signal) => close(forge, fullName, number, signal),
  };
}
