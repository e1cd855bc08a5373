/**
 * Comments on pull requests and reactions to them.
 * Source: https://docs.github.com/rest/issues/comments and https://docs.github.com/rest/reactions/reactions
 */
import * as z from 'zod';
import { limits } from '#shared/limits.ts';
import type { ReactionPayload } from '../store/forge-payloads.ts';
import { splitName } from './full-name.ts';
import type { Forge, ForgeCall } from './open-forge.ts';

export type CommentPost = {
  fullName: string;
  /** Of the pull request. */
  number: number;
  /** Which comment of ours it is. It stands in the text, where only the source shows it. */
  marker: string;
  /** Markdown. */
  body: string;
};

export type ReactionPost = ReactionPayload & {
  fullName: string;
  /** The id of a comment on a pull request. */
  comment: number;
};

const commentAnswer = z.object({ id: z.number().int().positive() });
const commentList = z.array(
  z.object({ id: z.number(), body: z.string().optional(), user: z.object({ login: z.string() }).nullable() }),
);

const whatOf = ({ fullName, number, marker }: Omit<CommentPost, 'body'>): string =>
  `comment ${marker} on ${fullName}#${number}`;
const markerText = (marker: string): string => `<!-- paddock:${marker} -->`;
const textOf = ({ body, marker }: CommentPost): string => `${body}\n\n${markerText(marker)}`;

export async function createComment(
  forge: Forge,
  comment: CommentPost,
  signal?: AbortSignal,
): Promise<number> {
  const place = { ...splitName(comment.fullName), issue_number: comment.number };
  const call: ForgeCall = {
    what: whatOf(comment),
    fullName: comment.fullName,
    signal,
    make: (octokit, request) =>
      octokit.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
        ...place,
        body: textOf(comment),
        request,
      }),
  };
  return (await forge.ask(call, commentAnswer, 'a comment')).id;
}

export async function updateComment(
  forge: Forge,
  id: number,
  comment: CommentPost,
  signal?: AbortSignal,
): Promise<void> {
  const place = { ...splitName(comment.fullName), comment_id: id };
  const call: ForgeCall = {
    what: whatOf(comment),
    fullName: comment.fullName,
    signal,
    make: (octokit, request) =>
      octokit.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
        ...place,
        body: textOf(comment),
        request,
      }),
  };
  await forge.ask(call, commentAnswer, 'a comment');
}

/** Anybody can write our marker; whoever wrote it under our name are we. */
export async function findComment(
  forge: Forge,
  comment: Omit<CommentPost, 'body'>,
  signal?: AbortSignal,
): Promise<number | null> {
  const login = await forge.login(signal);
  for (let page = 1; page <= limits.commentPages; page++) {
    const fields = { ...splitName(comment.fullName), issue_number: comment.number };
    const paging = { per_page: limits.forgePageSize, page };
    const call: ForgeCall = {
      what: `question for the ${whatOf(comment)}`,
      fullName: comment.fullName,
      signal,
      make: (octokit, request) =>
        octokit.request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
          ...fields,
          ...paging,
          request,
        }),
    };
    const list = await forge.ask(call, commentList, 'a list of comments');
    const own = list.find(
      ({ body, user }) => user?.login === login && body?.includes(markerText(comment.marker)),
    );
    if (own) return own.id;
    if (list.length < limits.forgePageSize) break;
  }
  return null;
}

export async function addReaction(
  forge: Forge,
  { fullName, comment, content }: ReactionPost,
  signal?: AbortSignal,
): Promise<void> {
  const fields = { ...splitName(fullName), comment_id: comment, content };
  const call: ForgeCall = {
    what: `reaction ${content} to comment ${comment} of ${fullName}`,
    fullName,
    signal,
    make: (octokit, request) =>
      octokit.request('POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', {
        ...fields,
        request,
      }),
  };
  await forge.ask(call, commentAnswer, 'a reaction');
}
