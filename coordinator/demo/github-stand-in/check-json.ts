/** GitHub's JSON of check runs. */
import { isoTime, type Links, nodeId } from './account-json.ts';
import { appJson } from './app-json.ts';
import type { AnnotationRecord, CheckRecord, RepositoryRecord } from './records.ts';
import { apiUrlOf, htmlUrlOf } from './repository-json.ts';

/** All checks of an App on one commit are one suite. */
export const suiteIdOf = (sha: string): number => Number.parseInt(sha.slice(0, 12), 16);

export function checkJson(
  links: Links,
  repository: RepositoryRecord,
  check: CheckRecord,
): Record<string, unknown> {
  const { id, sha, state, output, annotations } = check;
  const url = `${apiUrlOf(links, repository.fullName)}/check-runs/${id}`;
  const html = `${htmlUrlOf(links, repository.fullName)}/runs/${id}`;
  const isDone = state.status === 'completed';
  return {
    id,
    node_id: nodeId('CheckRun', id),
    head_sha: sha,
    external_id: check.externalId ?? '',
    url,
    html_url: html,
    details_url: check.detailsUrl ?? html,
    status: state.status,
    conclusion: isDone ? state.conclusion : null,
    started_at: check.startedAt === null ? null : isoTime(check.startedAt),
    completed_at: isDone ? isoTime(state.completedAt) : null,
    output: { ...output, annotations_count: annotations.length, annotations_url: `${url}/annotations` },
    name: check.name,
    check_suite: { id: suiteIdOf(sha) },
    app: appJson(links),
    pull_requests: [],
  };
}

export const annotationJson = (
  links: Links,
  repository: RepositoryRecord,
  sha: string,
  { path, startLine, endLine, startColumn, endColumn, level, title, message }: AnnotationRecord,
): Record<string, unknown> => ({
  path,
  blob_href: `${htmlUrlOf(links, repository.fullName)}/blob/${sha}/${path}`,
  start_line: startLine,
  end_line: endLine,
  start_column: startColumn,
  end_column: endColumn,
  annotation_level: level,
  title,
  message,
  raw_details: null,
});
