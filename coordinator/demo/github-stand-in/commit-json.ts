/** GitHub's JSON of commits and branches. The stand-in has no git: trees are named by the commit, files are not known. */
import { createHash } from 'node:crypto';
import { accountJson, isoTime, type Links, nodeId, numberOf } from './account-json.ts';
import type { RepositoryRecord } from './records.ts';
import { apiUrlOf, emailOf, htmlUrlOf, ownerOf } from './repository-json.ts';

const treeOf = (sha: string): string => createHash('sha1').update(`tree of ${sha}`).digest('hex');

const person = (login: string) => ({ name: login, email: emailOf(login), username: login });

/** A commit as a push lists it. */
export function pushedCommitJson(
  links: Links,
  repository: RepositoryRecord,
  sha: string,
  author: string,
  at: number,
): Record<string, unknown> {
  return {
    id: sha,
    tree_id: treeOf(sha),
    distinct: true,
    message: repository.commits.get(sha) ?? '',
    timestamp: isoTime(at),
    url: `${htmlUrlOf(links, repository.fullName)}/commit/${sha}`,
    author: person(author),
    committer: person(author),
    added: [],
    removed: [],
    modified: [],
  };
}

function commitJson(links: Links, repository: RepositoryRecord, sha: string): Record<string, unknown> {
  const url = apiUrlOf(links, repository.fullName);
  const owner = ownerOf(repository.fullName);
  const signature = { name: owner, email: emailOf(owner), date: isoTime(repository.pushedAt) };
  return {
    url: `${url}/commits/${sha}`,
    sha,
    node_id: nodeId('Commit', numberOf(sha)),
    html_url: `${htmlUrlOf(links, repository.fullName)}/commit/${sha}`,
    comments_url: `${url}/commits/${sha}/comments`,
    commit: {
      url: `${url}/git/commits/${sha}`,
      author: signature,
      committer: signature,
      message: repository.commits.get(sha) ?? '',
      comment_count: 0,
      tree: { sha: treeOf(sha), url: `${url}/git/trees/${treeOf(sha)}` },
    },
    author: accountJson(links, owner),
    committer: accountJson(links, owner),
    parents: [],
  };
}

export function branchJson(
  links: Links,
  repository: RepositoryRecord,
  name: string,
  sha: string,
): Record<string, unknown> {
  const self = `${apiUrlOf(links, repository.fullName)}/branches/${name}`;
  return {
    name,
    commit: commitJson(links, repository, sha),
    _links: { html: `${htmlUrlOf(links, repository.fullName)}/tree/${name}`, self },
    protected: false,
    protection: { enabled: false },
    protection_url: `${self}/protection`,
  };
}
