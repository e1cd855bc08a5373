/** What Paddock asks of GitHub to merge a pull request: what speaks for it, GitHub's own merge, and closing one that has landed. */
import * as z from 'zod';
import { type CommitSha, commitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { MergeMethod } from '#shared/merging.ts';
import { ForgeError } from './errors.ts';
import type { ForgeAnswer } from './forge-call.ts';
import { type Forge, type ForgeAccess, openForge } from './open-forge.ts';
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

const permissionAnswer = z.object({ permission: z.string() });
const mergedAnswer = z.object({ merged: z.literal(true), sha: commitSha });

function splitName(fullName: string): { owner: string; repo: string } {
  const [owner = '', repo = ''] = fullName.split('/');
  return { owner, repo };
}

function readAs<Output>(forge: Forge, schema: z.ZodType<Output>, what: string, answer: ForgeAnswer): Output {
  const parsed = schema.safeParse(answer.data);
  if (parsed.success) return parsed.data;
  throw forge.unexpected(what, answer, 'the answer has another form');
}

/** https://docs.github.com/rest/pulls/reviews#list-reviews-for-a-pull-request: oldest first. */
async function reviewsOf(forge: Forge, fullName: string, number: number, signal: AbortSignal) {
  const what = `reviews of pull request ${number} of ${fullName}`;
  const reviews: Review[] = [];
  for (let page = 1; page <= limits.reviewPages; page++) {
    const fields = { ...splitName(fullName), pull_number: number, per_page: 100, page };
    const answer = await forge.call({
      fullName,
      what,
      signal,
      make: (octokit, request) =>
        octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', { ...fields, request }),
    });
    const items = readAs(forge, reviewsAnswer, what, answer);
    for (const { user, state, commit_id: commit } of items)
      if (user) reviews.push({ by: user.login, state, commit: commit ?? null });
    if (items.length < 100) break;
  }
  return reviews;
}

/** https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user */
async function mayWrite(
  forge: Forge,
  fullName: string,
  username: string,
  signal: AbortSignal,
): Promise<boolean> {
  const what = `permission of ${username} in ${fullName}`;
  const fields = { ...splitName(fullName), username };
  try {
    const answer = await forge.call({
      fullName,
      what,
      signal,
      make: (octokit, request) =>
        octokit.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
          ...fields,
          request,
        }),
    });
    return ['admin', 'write'].includes(readAs(forge, permissionAnswer, what, answer).permission);
  } catch (error) {
    // No collaborator, or an account that is gone.
    if (error instanceof ForgeError && error.code === 'not-found') return false;
    throw error;
  }
}

async function pullForMerge(
  forge: Forge,
  fullName: string,
  number: number,
  signal: AbortSignal,
): Promise<PullForMerge> {
  const what = `question for pull request ${number} of ${fullName}`;
  const fields = { ...splitName(fullName), pull_number: number };
  const answer = await forge.call({
    fullName,
    what,
    signal,
    make: (octokit, request) =>
      octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...fields, request }),
  });
  const pull = readAs(forge, pullAnswer, what, answer);
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
  const what = `merge of pull request ${number} of ${fullName} at ${head.slice(0, 7)}`;
  const fields = { ...splitName(fullName), pull_number: number, sha: head, merge_method: method };
  try {
    const answer = await forge.call({
      fullName,
      what,
      signal,
      make: (octokit, request) =>
        octokit.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', { ...fields, request }),
    });
    return { type: 'merged', commit: readAs(forge, mergedAnswer, what, answer).sha };
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
