/** GitHub's JSON of a repository, as the API and the hooks give it. */
import { accountJson, isoTime, type Links, nodeId } from './account-json.ts';
import type { RepositoryRecord } from './records.ts';

const endings: Record<string, string> = {
  forks_url: '/forks',
  keys_url: '/keys{/key_id}',
  collaborators_url: '/collaborators{/collaborator}',
  teams_url: '/teams',
  hooks_url: '/hooks',
  issue_events_url: '/issues/events{/number}',
  events_url: '/events',
  assignees_url: '/assignees{/user}',
  branches_url: '/branches{/branch}',
  tags_url: '/tags',
  blobs_url: '/git/blobs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  git_refs_url: '/git/refs{/sha}',
  trees_url: '/git/trees{/sha}',
  statuses_url: '/statuses/{sha}',
  languages_url: '/languages',
  stargazers_url: '/stargazers',
  contributors_url: '/contributors',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  commits_url: '/commits{/sha}',
  git_commits_url: '/git/commits{/sha}',
  comments_url: '/comments{/number}',
  issue_comment_url: '/issues/comments{/number}',
  contents_url: '/contents/{+path}',
  compare_url: '/compare/{base}...{head}',
  merges_url: '/merges',
  archive_url: '/{archive_format}{/ref}',
  downloads_url: '/downloads',
  issues_url: '/issues{/number}',
  pulls_url: '/pulls{/number}',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  labels_url: '/labels{/name}',
  releases_url: '/releases{/id}',
  deployments_url: '/deployments',
};

const switches = {
  has_issues: true,
  has_projects: true,
  has_downloads: true,
  has_wiki: true,
  has_pages: false,
  has_discussions: false,
  allow_forking: true,
  is_template: false,
  web_commit_signoff_required: false,
};

export const ownerOf = (fullName: string): string => fullName.split('/')[0] ?? '';
export const nameOf = (fullName: string): string => fullName.split('/')[1] ?? '';
export const apiUrlOf = (links: Links, fullName: string): string => `${links.api}/repos/${fullName}`;
export const htmlUrlOf = (links: Links, fullName: string): string => `${links.html}/${fullName}`;

function counts(repository: RepositoryRecord): Record<string, number> {
  const open = [...repository.pulls.values()].filter(pull => pull.state.status === 'open').length;
  return {
    size: repository.commits.size,
    stargazers_count: 0,
    watchers_count: 0,
    forks_count: 0,
    open_issues_count: open,
    forks: 0,
    open_issues: open,
    watchers: 0,
  };
}

/** The fields that every place shows: inside pull requests, hooks and the API's answer. */
export function repositoryJson(links: Links, repository: RepositoryRecord): Record<string, unknown> {
  const { id, fullName, isPrivate, defaultBranch, cloneUrl } = repository;
  const url = apiUrlOf(links, fullName);
  const html = htmlUrlOf(links, fullName);
  return {
    id,
    node_id: nodeId('Repository', id),
    name: nameOf(fullName),
    full_name: fullName,
    private: isPrivate,
    owner: accountJson(links, ownerOf(fullName)),
    html_url: html,
    description: null,
    fork: repository.forkOf !== null,
    url,
    ...Object.fromEntries(Object.entries(endings).map(([field, ending]) => [field, url + ending])),
    created_at: isoTime(repository.createdAt),
    updated_at: isoTime(repository.pushedAt),
    pushed_at: isoTime(repository.pushedAt),
    git_url: `git:${html.replace(/^https?:/, '')}.git`,
    ssh_url: `git@${new URL(links.html).hostname}:${fullName}.git`,
    clone_url: cloneUrl,
    svn_url: html,
    homepage: null,
    language: null,
    mirror_url: null,
    license: null,
    topics: [],
    visibility: isPrivate ? 'private' : 'public',
    default_branch: defaultBranch,
    ...switches,
    archived: repository.standing === 'archived',
    disabled: repository.standing === 'disabled',
    ...counts(repository),
  };
}

/** A push describes its repository a little differently: times as numbers, the web address as `url`. */
export function pushedRepositoryJson(links: Links, repository: RepositoryRecord): Record<string, unknown> {
  const owner = ownerOf(repository.fullName);
  return {
    ...repositoryJson(links, repository),
    owner: { name: owner, email: emailOf(owner), ...accountJson(links, owner) },
    url: htmlUrlOf(links, repository.fullName),
    created_at: Math.floor(repository.createdAt / 1_000),
    pushed_at: Math.floor(repository.pushedAt / 1_000),
    stargazers: 0,
    master_branch: repository.defaultBranch,
  };
}

/** What `GET /repos/{owner}/{repo}` adds. */
export const fullRepositoryJson = (
  links: Links,
  repository: RepositoryRecord,
  mayPush: boolean,
): Record<string, unknown> => ({
  ...listedRepositoryJson(links, repository, mayPush),
  network_count: 0,
  subscribers_count: 0,
});

/** As lists of repositories have it. */
export const listedRepositoryJson = (
  links: Links,
  repository: RepositoryRecord,
  mayPush: boolean,
): Record<string, unknown> => ({
  ...repositoryJson(links, repository),
  permissions: { admin: mayPush, maintain: mayPush, push: mayPush, triage: mayPush, pull: true },
});

export const emailOf = (login: string): string => `${login}@users.noreply.example`;
