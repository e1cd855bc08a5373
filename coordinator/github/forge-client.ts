/** What Paddock asks of GitHub. */

import * as z from 'zod';
import type { ForgeState } from '#shared/forge-status.ts';
import { type CommitSha, commitSha, type Instant } from '#shared/ids.ts';
import type { Role } from '#shared/roles.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { type CheckPost, createCheck, findCheck, updateCheck } from './forge-checks.ts';
import {
  addReaction,
  type CommentPost,
  createComment,
  findComment,
  type ReactionPost,
  updateComment,
} from './forge-comments.ts';
import { loginOf, mayWrite, roleIn } from './forge-permission.ts';
import { createTeams, type Teams } from './forge-teams.ts';
import { splitName } from './full-name.ts';
import { type Forge, type ForgeAccess, type ForgeCall, openForge } from './open-forge.ts';

export type StatusPost = {
  fullName: string;
  sha: CommitSha;
  state: ForgeState;
  context: string;
  /** At most 140 characters; GitHub refuses more. */
  description: string;
  targetUrl: string;
};

export type PullHead = { headSha: CommitSha; state: 'open' | 'closed'; merged: boolean; updatedAt: Instant };

export type ForgeClient = {
  /**
   * Resolves when GitHub has the status; posting the same one twice does no harm. Throws `ForgeError`, or the signal's
   * reason when the caller gave up.
   */
  postStatus: (status: StatusPost, signal?: AbortSignal) => Promise<void>;
  /** The head of a pull request as GitHub sees it now. Throws like `postStatus`. */
  pullHead: (fullName: string, number: number, signal?: AbortSignal) => Promise<PullHead>;
  /** Whether an account may write to a repository; of one that is not there it is false. Throws like `postStatus`. */
  mayWrite: (fullName: string, login: string, signal?: AbortSignal) => Promise<boolean>;
  /** What the account of that number may do in a repository; null: nothing that we are shown. Throws like `postStatus`. */
  roleIn: (
    fullName: string,
    account: { id: number; login: string },
    signal?: AbortSignal,
  ) => Promise<Role | null>;
  /** What the account of that number is called now; null: GitHub does not say. Throws like `postStatus`. */
  loginOf: (fullName: string, id: number, signal?: AbortSignal) => Promise<string | null>;
  /** Whether an account is in a team. Throws like `postStatus`. */
  isTeamMember: Teams;
  /** @returns GitHub's number for it. Called twice there are two: who does not know whether it was made asks `findCheck` first. */
  createCheck: (check: CheckPost, signal?: AbortSignal) => Promise<number>;
  /** The same again does no harm: annotations that GitHub has already are not sent. */
  updateCheck: (id: number, check: CheckPost, signal?: AbortSignal) => Promise<void>;
  /** The newest check run of ours with this name and external id on that commit. */
  findCheck: (
    check: Pick<CheckPost, 'fullName' | 'sha' | 'name' | 'externalId'>,
    signal?: AbortSignal,
  ) => Promise<number | null>;
  /** @returns GitHub's number for it. Called twice there are two: who does not know whether it was made asks `findComment` first. */
  createComment: (comment: CommentPost, signal?: AbortSignal) => Promise<number>;
  updateComment: (id: number, comment: CommentPost, signal?: AbortSignal) => Promise<void>;
  /** The oldest comment on the pull request that we wrote under this marker. */
  findComment: (comment: Omit<CommentPost, 'body'>, signal?: AbortSignal) => Promise<number | null>;
  /** The same again does no harm. */
  addReaction: (reaction: ReactionPost, signal?: AbortSignal) => Promise<void>;
};

const pullAnswer = z.object({
  state: z.enum(['open', 'closed']),
  merged: z.boolean(),
  updated_at: z.iso.datetime({ offset: true }).transform(time => Date.parse(time)),
  head: z.object({ sha: commitSha }),
});

/** https://docs.github.com/rest/commits/statuses#create-a-commit-status */
async function postStatus(forge: Forge, status: StatusPost, signal?: AbortSignal): Promise<void> {
  const { fullName, sha, state, context, description, targetUrl } = status;
  const what = `status ${context} of ${fullName} at ${shortCommit(sha)}`;
  const fields = { ...splitName(fullName), sha, state, context, description, target_url: targetUrl };
  const answer = await forge.call({
    what,
    fullName,
    signal,
    make: (octokit, request) =>
      octokit.request('POST /repos/{owner}/{repo}/statuses/{sha}', { ...fields, request }),
  });
  // A redirect can turn a POST into a GET, whose 200 would look like success.
  if (answer.status !== 201) throw forge.unexpected(what, answer, 'the answer is not "created"');
}

/** https://docs.github.com/rest/pulls/pulls#get-a-pull-request */
async function pullHead(
  forge: Forge,
  fullName: string,
  number: number,
  signal?: AbortSignal,
): Promise<PullHead> {
  const what = `question for pull request ${number} of ${fullName}`;
  const fields = { ...splitName(fullName), pull_number: number };
  const call: ForgeCall = {
    what,
    fullName,
    signal,
    make: (octokit, request) =>
      octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...fields, request }),
  };
  const pull = await forge.ask(call, pullAnswer, 'a pull request');
  const { head, state, merged, updated_at: updatedAt } = pull;
  return { headSha: head.sha, state, merged, updatedAt };
}

/** Makes no call yet. Throws a plain error for a token that cannot be one. */
export function createForgeClient(access: ForgeAccess): ForgeClient {
  const forge = openForge(access);
  return {
    postStatus: (status, signal) => postStatus(forge, status, signal),
    pullHead: (fullName, number, signal) => pullHead(forge, fullName, number, signal),
    mayWrite: (fullName, login, signal) => mayWrite(forge, fullName, login, signal),
    roleIn: (fullName, account, signal) => roleIn(forge, fullName, account, signal),
    loginOf: (fullName, id, signal) => loginOf(forge, fullName, id, signal),
    isTeamMember: createTeams(forge, access.now ?? Date.now),
    createCheck: (check, signal) => createCheck(forge, check, signal),
    updateCheck: (id, check, signal) => updateCheck(forge, id, check, signal),
    findCheck: (check, signal) => findCheck(forge, check, signal),
    createComment: (comment, signal) => createComment(forge, comment, signal),
    updateComment: (id, comment, signal) => updateComment(forge, id, comment, signal),
    findComment: (comment, signal) => findComment(forge, comment, signal),
    addReaction: (reaction, signal) => addReaction(forge, reaction, signal),
  };
}
