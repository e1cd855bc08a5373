/** GitHub's JSON of a pull request. */
import { accountJson, isoTime, type Links, nodeId, numberOf } from './account-json.ts';
import type { Association, PullRecord, RepositoryRecord } from './records.ts';
import { apiUrlOf, htmlUrlOf, ownerOf, repositoryJson } from './repository-json.ts';

type Side = { repository: RepositoryRecord | null; fullName: string; branch: string; sha: string };

/** `repo` is null for a fork that has been deleted. */
function sideJson(links: Links, { repository, fullName, branch, sha }: Side): Record<string, unknown> {
  const owner = ownerOf(fullName);
  return {
    label: `${owner}:${branch}`,
    ref: branch,
    sha,
    user: accountJson(links, owner),
    repo: repository === null ? null : repositoryJson(links, repository),
  };
}

function linksOf(links: Links, base: RepositoryRecord, pull: PullRecord): Record<string, string> {
  const api = apiUrlOf(links, base.fullName);
  const html = `${htmlUrlOf(links, base.fullName)}/pull/${pull.number}`;
  return {
    url: `${api}/pulls/${pull.number}`,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: `${api}/issues/${pull.number}`,
    commits_url: `${api}/pulls/${pull.number}/commits`,
    review_comments_url: `${api}/pulls/${pull.number}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${api}/issues/${pull.number}/comments`,
    statuses_url: `${api}/statuses/${pull.head.sha}`,
  };
}

/** Whoever is not known is nobody; only the owner needs not be named. */
export const associationOf = (base: RepositoryRecord, login: string): Association =>
  base.people.get(login)?.association ?? (login === ownerOf(base.fullName) ? 'OWNER' : 'NONE');

/** The same links once more, as objects: GitHub gives both. */
const linkObjects = (urls: Record<string, string>): Record<string, { href: string | undefined }> => ({
  self: { href: urls.url },
  html: { href: urls.html_url },
  issue: { href: urls.issue_url },
  comments: { href: urls.comments_url },
  review_comments: { href: urls.review_comments_url },
  review_comment: { href: urls.review_comment_url },
  commits: { href: urls.commits_url },
  statuses: { href: urls.statuses_url },
});

export function labelJson(links: Links, base: RepositoryRecord, name: string): Record<string, unknown> {
  const id = numberOf(name);
  return {
    id,
    node_id: nodeId('Label', id),
    url: `${apiUrlOf(links, base.fullName)}/labels/${encodeURIComponent(name)}`,
    name,
    color: 'ededed',
    default: false,
    description: `Labelled ${name}`,
  };
}

const closedAt = ({ state }: PullRecord): string | null =>
  state.status === 'open' ? null : isoTime(state.at);

/** What lists, single answers and hooks have in common. `head` is the head's repository while it exists. */
export function pullJson(
  links: Links,
  base: RepositoryRecord,
  head: RepositoryRecord | null,
  pull: PullRecord,
): Record<string, unknown> {
  const urls = linksOf(links, base, pull);
  const { state } = pull;
  return {
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    number: pull.number,
    state: state.status === 'open' ? 'open' : 'closed',
    locked: false,
    title: pull.title,
    user: accountJson(links, pull.author),
    body: null,
    ...urls,
    _links: linkObjects(urls),
    created_at: isoTime(pull.createdAt),
    updated_at: isoTime(pull.updatedAt),
    closed_at: closedAt(pull),
    merged_at: state.status === 'merged' ? isoTime(state.at) : null,
    merge_commit_sha: state.status === 'merged' ? state.mergeSha : null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: pull.labels.map(name => labelJson(links, base, name)),
    milestone: null,
    draft: pull.isDraft,
    head: sideJson(links, { ...pull.head, repository: head, fullName: pull.head.repository }),
    base: sideJson(links, { ...pull.base, repository: base, fullName: base.fullName }),
    author_association: associationOf(base, pull.author),
    auto_merge: null,
    active_lock_reason: null,
  };
}

/** What hooks and `GET …/pulls/{number}` add to it. */
export function fullPullJson(
  links: Links,
  base: RepositoryRecord,
  head: RepositoryRecord | null,
  pull: PullRecord,
): Record<string, unknown> {
  const { state } = pull;
  return {
    ...pullJson(links, base, head, pull),
    merged: state.status === 'merged',
    mergeable: state.status === 'open' ? true : null,
    rebaseable: null,
    mergeable_state: state.status === 'open' ? 'clean' : 'unknown',
    merged_by: state.status === 'merged' ? accountJson(links, state.by) : null,
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: pull.commits.length,
    additions: 1,
    deletions: 0,
    changed_files: 1,
  };
}
