/** What GitHub sends when somebody writes on a pull request: to it that is an issue as well. */
import { accountJson, isoTime, type Links, nodeId } from './account-json.ts';
import { commentJson } from './comments.ts';
import { associationOf, labelJson } from './pull-json.ts';
import type { CommentRecord, HookEvent, PullRecord, RepositoryRecord } from './records.ts';
import { apiUrlOf, htmlUrlOf, repositoryJson } from './repository-json.ts';
import type { World } from './world.ts';

export const noReactions = (url: string): Record<string, unknown> => ({
  url,
  total_count: 0,
  ...Object.fromEntries(
    ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'].map(name => [name, 0]),
  ),
});

function issueJson(links: Links, base: RepositoryRecord, pull: PullRecord): Record<string, unknown> {
  const url = `${apiUrlOf(links, base.fullName)}/issues/${pull.number}`;
  const html = `${htmlUrlOf(links, base.fullName)}/pull/${pull.number}`;
  const isOpen = pull.state.status === 'open';
  return {
    url,
    repository_url: apiUrlOf(links, base.fullName),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: html,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    number: pull.number,
    title: pull.title,
    user: accountJson(links, pull.author),
    labels: pull.labels.map(name => labelJson(links, base, name)),
    state: isOpen ? 'open' : 'closed',
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: [...base.comments.values()].filter(({ number }) => number === pull.number).length,
    created_at: isoTime(pull.createdAt),
    updated_at: isoTime(pull.updatedAt),
    closed_at: pull.state.status === 'open' ? null : isoTime(pull.state.at),
    author_association: associationOf(base, pull.author),
    active_lock_reason: null,
    draft: pull.isDraft,
    pull_request: {
      url: `${apiUrlOf(links, base.fullName)}/pulls/${pull.number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
    },
    body: null,
    reactions: noReactions(`${url}/reactions`),
  };
}

export function commentEvent(
  world: World,
  base: RepositoryRecord,
  pull: PullRecord,
  comment: CommentRecord,
  action: 'created' | 'edited',
): HookEvent {
  const { links } = world;
  const shown = commentJson(world, base, comment);
  return {
    repository: base.fullName,
    event: 'issue_comment',
    payload: {
      action,
      ...(action === 'edited' ? { changes: { body: { from: '' } } } : {}),
      issue: issueJson(links, base, pull),
      comment: {
        ...shown,
        author_association: associationOf(base, comment.author),
        performed_via_github_app: null,
        reactions: noReactions(`${shown.url}/reactions`),
      },
      repository: repositoryJson(links, base),
      sender: accountJson(links, comment.author),
    },
  };
}
