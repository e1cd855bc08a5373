/** The calls about check runs, with the rules that GitHub's schema does not state. */
import assert from 'node:assert/strict';
import { type ApiAnswer, created, invalid, ok, refused } from './api-answer.ts';
import { annotationJson, checkJson } from './check-json.ts';
import { paged } from './paged.ts';
import type { AnnotationRecord, CheckRecord, CheckState } from './records.ts';
import { type Call, pageOf, type Route, resolve } from './route.ts';
import { hasCommit, nextId, repositoryOf, type World } from './world.ts';

type Fields = Record<string, unknown>;

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const timeOf = (value: unknown): number | null => (typeof value === 'string' ? Date.parse(value) : null);
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);

/** Only an App writes checks. */
const byApp =
  (answer: (call: Call) => ApiAnswer) =>
  (call: Call): ApiAnswer =>
    call.caller.kind === 'installation'
      ? answer(call)
      : refused(403, 'You must authenticate via a GitHub App.');

const annotationOf = (fields: Fields): AnnotationRecord => ({
  path: String(fields.path),
  startLine: Number(fields.start_line),
  endLine: Number(fields.end_line),
  startColumn: fields.start_column === undefined ? null : Number(fields.start_column),
  endColumn: fields.end_column === undefined ? null : Number(fields.end_column),
  level: String(fields.annotation_level),
  title: textOf(fields.title),
  message: String(fields.message),
});

function problemOf(fields: Fields): string | null {
  const { details_url: details, status, conclusion } = fields;
  const output = fieldsOf(fields.output);
  const annotations = listOf(output.annotations);
  if (typeof details === 'string' && !/^https?:\/\//.test(details))
    return 'details_url must use http(s) scheme';
  if (status === 'completed' && conclusion === undefined) return 'conclusion is missing';
  if (annotations.length > 50) return 'no more than 50 annotations in one request';
  if (listOf(fields.actions).length > 3) return 'no more than 3 actions';
  for (const { start_line: start, end_line: end, start_column: column } of annotations)
    if (column !== undefined && start !== end) return 'columns are for annotations of one line';
  for (const text of [output.summary, output.text])
    if (Buffer.byteLength(textOf(text) ?? '') > 65_535)
      return 'summary is too long (maximum is 65535 characters)';
  return null;
}

/** A conclusion completes a check whatever its status says. */
function stateOf({ status, conclusion, completed_at: at }: Fields, now: number): CheckState | null {
  if (typeof conclusion === 'string')
    return { status: 'completed', conclusion, completedAt: timeOf(at) ?? now };
  return status === 'queued' || status === 'in_progress' ? { status } : null;
}

/** Fields that a request does not name stay; annotations are only ever added. */
function write(check: CheckRecord, fields: Fields, now: number): void {
  const output = fieldsOf(fields.output);
  check.state = stateOf(fields, now) ?? check.state;
  check.name = textOf(fields.name) ?? check.name;
  check.externalId = textOf(fields.external_id) ?? check.externalId;
  check.detailsUrl = textOf(fields.details_url) ?? check.detailsUrl;
  check.startedAt = timeOf(fields.started_at) ?? check.startedAt;
  if (fields.output !== undefined) {
    check.output = {
      title: textOf(output.title),
      summary: textOf(output.summary),
      text: textOf(output.text),
    };
    check.annotations.push(...listOf(output.annotations).map(annotationOf));
  }
  if (fields.actions !== undefined)
    check.actions = listOf(fields.actions).map(({ label, description, identifier }) => ({
      label: String(label),
      description: String(description),
      identifier: String(identifier),
    }));
  check.writes++;
}

const newCheck = (id: number, sha: string, name: string): CheckRecord => ({
  id,
  sha,
  name,
  externalId: null,
  detailsUrl: null,
  state: { status: 'queued' },
  startedAt: null,
  output: { title: null, summary: null, text: null },
  annotations: [],
  actions: [],
  writes: 0,
});

function createCheck({ world, repository, request }: Call): ApiAnswer {
  const fields = fieldsOf(request.body);
  const [sha, name] = [textOf(fields.head_sha), textOf(fields.name)];
  if (!sha || !name) return invalid('Invalid request: name and head_sha are required');
  if (!hasCommit(world, repository, sha)) return invalid(`No commit found for SHA: ${sha}`);
  const problem = problemOf(fields);
  if (problem) return invalid(problem);
  const check = newCheck(nextId(world), sha, name);
  write(check, fields, world.now());
  repository.checks.set(check.id, check);
  return created(checkJson(world.links, repository, check));
}

function updateCheck({ world, repository, request, rest: [id] }: Call): ApiAnswer {
  const check = repository.checks.get(Number(id));
  if (!check) return refused(404, 'Not Found');
  const fields = fieldsOf(request.body);
  const problem = problemOf(fields);
  if (problem) return invalid(problem);
  write(check, fields, world.now());
  return ok(checkJson(world.links, repository, check));
}

function listAnnotations({ world, repository, request, rest: [id] }: Call): ApiAnswer {
  const check = repository.checks.get(Number(id));
  if (!check) return refused(404, 'Not Found');
  const page = pageOf(check.annotations, request.query);
  return ok(page.map(annotation => annotationJson(world.links, repository, check.sha, annotation)));
}

/** Newest first; of each name only the newest unless all are asked for. */
function listChecks({ world, repository, request, rest: [ref = ''] }: Call): ApiAnswer {
  const { query } = request;
  const sha = resolve(repository, ref);
  const [name, status, app] = [query.get('check_name'), query.get('status'), query.get('app_id')];
  // There is one App, whose checks they all are.
  const isOurs = !app || !world.app || Number(app) === world.app.id;
  const found = (isOurs ? [...repository.checks.values()] : [])
    .filter(check => check.sha === sha && (name === null || check.name === name))
    .filter(check => status === null || check.state.status === status)
    .toReversed();
  const newest = [...new Map(found.toReversed().map(check => [check.name, check])).values()];
  const shown = query.get('filter') === 'all' ? found : newest;
  return paged(world.links, request, shown, page => ({
    total_count: shown.length,
    check_runs: page.map(check => checkJson(world.links, repository, check)),
  }));
}

/** GitHub keeps it no more. */
export function loseCheck(world: World, fullName: string, id: number): void {
  assert(repositoryOf(world, fullName).checks.delete(id), `${fullName} has no check ${id} in the stand-in`);
}

/** GitHub shows it as it was before, as if it had never heard the end. */
export function setBackCheck(world: World, fullName: string, id: number): void {
  const check = repositoryOf(world, fullName).checks.get(id);
  assert(check, `${fullName} has no check ${id} in the stand-in`);
  check.state = { status: 'in_progress' };
}

export const checkRoutes: Route[] = [
  { method: 'POST', pattern: /^\/check-runs$/, answer: byApp(createCheck) },
  { method: 'PATCH', pattern: /^\/check-runs\/(\d+)$/, answer: byApp(updateCheck) },
  { method: 'GET', pattern: /^\/check-runs\/(\d+)\/annotations$/, answer: listAnnotations },
  { method: 'GET', pattern: /^\/commits\/(.+)\/check-runs$/, answer: listChecks },
];
