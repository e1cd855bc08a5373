/**
 * Check runs: one for each run of ours, made once and changed afterwards. Only an App may write them.
 * Source: https://docs.github.com/rest/checks/runs
 */

import * as z from 'zod';
import type { CommitSha, Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { CheckConclusion } from '../store/forge-payloads.ts';
import { splitName } from './full-name.ts';
import type { Forge, ForgeCall } from './open-forge.ts';

export type CheckAnnotation = {
  path: string;
  startLine: number;
  endLine: number;
  /** Only with one line; GitHub refuses columns over several. */
  column: number | null;
  level: 'notice' | 'warning' | 'failure';
  title: string;
  message: string;
};

export type CheckPost = {
  fullName: string;
  sha: CommitSha;
  name: string;
  /** What it is called by us: the id of its run. */
  externalId: string;
  detailsUrl: string;
  state: { status: 'queued' | 'in_progress' } | { status: 'completed'; conclusion: CheckConclusion };
  startedAt: Instant | null;
  completedAt: Instant | null;
  /** Markdown. */
  output: { title: string; summary: string; text: string | null };
  /** As many as there are: they are sent in parts. */
  annotations: readonly CheckAnnotation[];
  /** Buttons, at most three. */
  actions: readonly { label: string; description: string; identifier: string }[];
};

const checkAnswer = z.object({
  id: z.number().int().positive(),
  output: z.object({ annotations_count: z.number().int() }),
});
const checkList = z.object({
  check_runs: z.array(z.object({ id: z.number(), external_id: z.string().nullable() })),
});
const annotationList = z.array(
  z.object({ path: z.string(), start_line: z.number(), message: z.string().nullable() }),
);

const timeOf = (at: Instant): string => new Date(at).toISOString();
const whatOf = ({ name, fullName, sha }: Pick<CheckPost, 'name' | 'fullName' | 'sha'>): string =>
  `check run ${name} of ${fullName} at ${shortCommit(sha)}`;

function fieldsOf(check: CheckPost) {
  const { name, externalId, detailsUrl, state, startedAt, completedAt, output, actions } = check;
  const { title, summary, text } = output;
  return {
    ...splitName(check.fullName),
    name,
    external_id: externalId,
    details_url: detailsUrl,
    ...state,
    ...(startedAt === null ? {} : { started_at: timeOf(startedAt) }),
    ...(state.status === 'completed' && completedAt !== null ? { completed_at: timeOf(completedAt) } : {}),
    output: { title, summary, ...(text === null ? {} : { text }) },
    actions: [...actions],
  };
}

const annotationFields = ({ path, startLine, endLine, column, level, title, message }: CheckAnnotation) => ({
  path,
  start_line: startLine,
  end_line: endLine,
  ...(column === null || startLine !== endLine ? {} : { start_column: column, end_column: column }),
  annotation_level: level,
  title,
  message,
});

export async function createCheck(forge: Forge, check: CheckPost, signal?: AbortSignal): Promise<number> {
  const fields = { ...fieldsOf(check), head_sha: check.sha };
  const call: ForgeCall = {
    what: whatOf(check),
    fullName: check.fullName,
    signal,
    make: (octokit, request) =>
      octokit.request('POST /repos/{owner}/{repo}/check-runs', { ...fields, request }),
  };
  return (await forge.ask(call, checkAnswer, 'a check run')).id;
}

export async function updateCheck(
  forge: Forge,
  id: number,
  check: CheckPost,
  signal?: AbortSignal,
): Promise<void> {
  const fields = fieldsOf(check);
  const { output } = await patchCheck(forge, id, check, fields, signal);
  if (check.annotations.length === 0) return;
  const known =
    output.annotations_count > 0 ? await listAnnotations(forge, id, check, signal) : new Set<string>();
  const missing = check.annotations
    .slice(0, limits.annotationsPerCheck)
    .filter(annotation => !known.has(keyOf(annotation)));
  for (let from = 0; from < missing.length; from += limits.annotationsPerCall) {
    const annotations = missing.slice(from, from + limits.annotationsPerCall).map(annotationFields);
    await patchCheck(forge, id, check, { output: { ...fields.output, annotations } }, signal);
  }
}

type Output = ReturnType<typeof fieldsOf>['output'];
type CheckFields =
  | ReturnType<typeof fieldsOf>
  | { output: Output & { annotations: ReturnType<typeof annotationFields>[] } };

function patchCheck(
  forge: Forge,
  id: number,
  check: CheckPost,
  fields: CheckFields,
  signal?: AbortSignal,
): Promise<z.infer<typeof checkAnswer>> {
  const place = { ...splitName(check.fullName), check_run_id: id };
  const call: ForgeCall = {
    what: whatOf(check),
    fullName: check.fullName,
    signal,
    make: (octokit, request) =>
      octokit.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
        ...fields,
        ...place,
        request,
      }),
  };
  return forge.ask(call, checkAnswer, 'a check run');
}

const keyOf = ({
  path,
  startLine,
  message,
}: Pick<CheckAnnotation, 'path' | 'startLine' | 'message'>): string =>
  JSON.stringify([path, startLine, message]);

/** The annotations of a check run that are there already, as far as we would ever send any. */
async function listAnnotations(
  forge: Forge,
  id: number,
  check: CheckPost,
  signal?: AbortSignal,
): Promise<Set<string>> {
  const known = new Set<string>();
  const pages = Math.ceil(limits.annotationsPerCheck / limits.forgePageSize);
  for (let page = 1; page <= pages; page++) {
    const fields = { ...splitName(check.fullName), check_run_id: id, per_page: limits.forgePageSize, page };
    const call: ForgeCall = {
      what: `question for the annotations of the ${whatOf(check)}`,
      fullName: check.fullName,
      signal,
      make: (octokit, request) =>
        octokit.request('GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations', {
          ...fields,
          request,
        }),
    };
    const list = await forge.ask(call, annotationList, 'a list of annotations');
    for (const { path, start_line: startLine, message } of list)
      known.add(keyOf({ path, startLine, message: message ?? '' }));
    if (list.length < limits.forgePageSize) break;
  }
  return known;
}

export async function findCheck(
  forge: Forge,
  check: Pick<CheckPost, 'fullName' | 'sha' | 'name' | 'externalId'>,
  signal?: AbortSignal,
): Promise<number | null> {
  const fields = {
    ...splitName(check.fullName),
    ref: check.sha,
    check_name: check.name,
    filter: 'all' as const,
    per_page: limits.forgePageSize,
  };
  const call: ForgeCall = {
    what: `question for the ${whatOf(check)}`,
    fullName: check.fullName,
    signal,
    make: (octokit, request) =>
      octokit.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', { ...fields, request }),
  };
  const list = await forge.ask(call, checkList, 'a list of check runs');
  const own = list.check_runs.filter(({ external_id: externalId }) => externalId === check.externalId);
  return own.length === 0 ? null : Math.max(...own.map(({ id }) => id));
}
