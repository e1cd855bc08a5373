/** GitHub's JSON of commit statuses. */
import { accountJson, isoTime, type Links, nodeId } from './account-json.ts';
import { tokenOwner } from './callers.ts';
import type { RepositoryRecord, StatusRecord } from './records.ts';
import { apiUrlOf, repositoryJson } from './repository-json.ts';

function statusFields(links: Links, repository: RepositoryRecord, status: StatusRecord) {
  return {
    url: `${apiUrlOf(links, repository.fullName)}/statuses/${status.sha}`,
    avatar_url: `${links.html}/avatars/${tokenOwner}`,
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: isoTime(status.at),
    updated_at: isoTime(status.at),
  };
}

export const statusJson = (
  links: Links,
  repository: RepositoryRecord,
  status: StatusRecord,
): Record<string, unknown> => ({
  ...statusFields(links, repository, status),
  creator: accountJson(links, tokenOwner),
});

/** The newest status of each context; GitHub does not tell contexts apart by case. */
export function latestPerContext(statuses: readonly StatusRecord[]): StatusRecord[] {
  const latest = new Map<string, StatusRecord>();
  for (const status of statuses) latest.set(status.context.toLowerCase(), status);
  return [...latest.values()];
}

/** GitHub's rule: any error or failure fails, none or any pending is pending, otherwise success. */
export function combinedState(statuses: readonly StatusRecord[]): 'failure' | 'pending' | 'success' {
  if (statuses.some(({ state }) => state === 'failure' || state === 'error')) return 'failure';
  return statuses.length === 0 || statuses.some(({ state }) => state === 'pending') ? 'pending' : 'success';
}

/** `latest`: one of each context; `page`: those of them that are shown. */
export function combinedStatusJson(
  links: Links,
  repository: RepositoryRecord,
  sha: string,
  latest: readonly StatusRecord[],
  page: readonly StatusRecord[],
): Record<string, unknown> {
  const url = `${apiUrlOf(links, repository.fullName)}/commits/${sha}`;
  return {
    state: combinedState(latest),
    statuses: page.map(status => statusFields(links, repository, status)),
    sha,
    total_count: latest.length,
    repository: repositoryJson(links, repository),
    commit_url: url,
    url: `${url}/status`,
  };
}
