/** The calls about comments on pull requests, and reactions to them. */
import { accountJson, isoTime, nodeId } from './account-json.ts';
import { type ApiAnswer, created, invalid, ok, refused } from './api-answer.ts';
import type { CommentRecord, RepositoryRecord } from './records.ts';
import { apiUrlOf, htmlUrlOf } from './repository-json.ts';
import { type Call, pageOf, type Route } from './route.ts';
import { nextId, repositoryOf, type World } from './world.ts';

/** As many characters as GitHub takes. */
const longest = 65_536;

export function commentJson(
  { links }: World,
  { fullName }: RepositoryRecord,
  comment: CommentRecord,
): Record<string, unknown> {
  const url = apiUrlOf(links, fullName);
  const { id, number, author, body } = comment;
  return {
    id,
    node_id: nodeId('IssueComment', id),
    url: `${url}/issues/comments/${id}`,
    html_url: `${htmlUrlOf(links, fullName)}/pull/${number}#issuecomment-${id}`,
    issue_url: `${url}/issues/${number}`,
    body,
    user: accountJson(links, author),
    created_at: isoTime(comment.createdAt),
    updated_at: isoTime(comment.updatedAt),
    author_association: 'NONE',
  };
}

/** The text of a request, or why GitHub refuses it. */
function bodyOf({ request: { body } }: Call): { text: string } | ApiAnswer {
  const text = typeof body === 'object' && body !== null && 'body' in body ? body.body : null;
  if (typeof text !== 'string' || text.trim() === '') return invalid('Validation Failed: body is missing');
  if (text.length > longest) return invalid(`body is too long (maximum is ${longest} characters)`);
  return { text };
}

export type NewComment = { repository: string; number: number; by: string; body: string };

/** Somebody writes on a pull request. */
export function addComment(world: World, { repository, number, by, body }: NewComment): CommentRecord {
  const at = world.now();
  const id = nextId(world);
  const comment = { id, number, author: by, body, reactions: [], createdAt: at, updatedAt: at };
  repositoryOf(world, repository).comments.set(id, comment);
  return comment;
}

function createComment(call: Call): ApiAnswer {
  const { world, caller, repository, rest } = call;
  const number = Number(rest[0]);
  if (!repository.pulls.has(number)) return refused(404, 'Not Found');
  const body = bodyOf(call);
  if ('status' in body) return body;
  const made = { repository: repository.fullName, number, by: caller.login, body: body.text };
  const comment = addComment(world, made);
  return created(commentJson(world, repository, comment));
}

function updateComment(call: Call): ApiAnswer {
  const { world, repository, rest } = call;
  const comment = repository.comments.get(Number(rest[0]));
  if (!comment) return refused(404, 'Not Found');
  const body = bodyOf(call);
  if ('status' in body) return body;
  comment.body = body.text;
  comment.updatedAt = world.now();
  return ok(commentJson(world, repository, comment));
}

function listComments({ world, repository, request, rest: [number] }: Call): ApiAnswer {
  if (!repository.pulls.has(Number(number))) return refused(404, 'Not Found');
  const own = [...repository.comments.values()].filter(comment => comment.number === Number(number));
  return ok(pageOf(own, request.query).map(comment => commentJson(world, repository, comment)));
}

const contents: readonly unknown[] = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'];

/** The same reaction of the same account again is the one that is there: 200 instead of 201. */
function addReaction({ world, caller, repository, request: { body }, rest: [id] }: Call): ApiAnswer {
  const comment = repository.comments.get(Number(id));
  if (!comment) return refused(404, 'Not Found');
  const content = typeof body === 'object' && body !== null && 'content' in body ? body.content : null;
  if (typeof content !== 'string' || !contents.includes(content)) return invalid('content is no reaction');
  const known = comment.reactions.find(each => each.by === caller.login && each.content === content);
  const reaction = known ?? { id: nextId(world), by: caller.login, content, at: world.now() };
  if (!known) comment.reactions.push(reaction);
  return (known ? ok : created)({
    id: reaction.id,
    node_id: nodeId('Reaction', reaction.id),
    user: accountJson(world.links, reaction.by),
    content,
    created_at: isoTime(reaction.at),
  });
}

export const commentRoutes: Route[] = [
  { method: 'POST', pattern: /^\/issues\/(\d+)\/comments$/, answer: createComment },
  { method: 'GET', pattern: /^\/issues\/(\d+)\/comments$/, answer: listComments },
  { method: 'PATCH', pattern: /^\/issues\/comments\/(\d+)$/, answer: updateComment },
  { method: 'POST', pattern: /^\/issues\/comments\/(\d+)\/reactions$/, answer: addReaction },
];
