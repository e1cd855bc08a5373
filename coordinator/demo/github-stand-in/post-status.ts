/** `POST /repos/{owner}/{repo}/statuses/{sha}` with the rules that GitHub's schema does not state. */
import { limits } from '#shared/limits.ts';
import { type ApiAnswer, created, invalid } from './api-answer.ts';
import type { RepositoryRecord, StatusRecord, StatusState } from './records.ts';
import { statusJson } from './status-json.ts';
import { hasCommit, nextId, type World } from './world.ts';

type Fields = Pick<StatusRecord, 'state' | 'context' | 'description' | 'targetUrl'>;

const states: readonly string[] = ['pending', 'success', 'failure', 'error'] satisfies StatusState[];
const isState = (value: unknown): value is StatusState => typeof value === 'string' && states.includes(value);
const isTextOrAbsent = (value: unknown): value is string | null | undefined =>
  value === undefined || value === null || typeof value === 'string';

const problem = (field: string, message: string): ApiAnswer =>
  invalid('Validation Failed', [{ resource: 'Status', code: 'custom', field, message }]);

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function readFields(body: unknown): Fields | ApiAnswer {
  if (typeof body !== 'object' || body === null) return invalid('Invalid request: expected an object');
  const { state, context = 'default', description, target_url: targetUrl } = body as Record<string, unknown>;
  if (!isState(state)) return problem('state', 'state is not one of error, failure, pending, success');
  if (typeof context !== 'string' || context === '') return problem('context', 'context is not a text');
  if (!isTextOrAbsent(description)) return problem('description', 'description is not a text');
  if (!isTextOrAbsent(targetUrl)) return problem('target_url', 'target_url is not a text');
  if (description && [...description].length > limits.statusDescriptionChars)
    return problem(
      'description',
      `description is too long (maximum is ${limits.statusDescriptionChars} characters)`,
    );
  if (targetUrl && !isWebAddress(targetUrl))
    return problem('target_url', 'target_url must use http(s) scheme');
  return { state, context, description: description ?? null, targetUrl: targetUrl ?? null };
}

/** At most 1,000 statuses per commit and context, whatever the case of its letters. */
function isFull(repository: RepositoryRecord, sha: string, context: string): boolean {
  const same = repository.statuses.filter(
    status => status.sha === sha && status.context.toLowerCase() === context.toLowerCase(),
  );
  return same.length >= limits.statusesPerContext;
}

export function postStatus(
  world: World,
  repository: RepositoryRecord,
  sha: string,
  body: unknown,
): ApiAnswer {
  if (!/^[0-9a-f]{40}$/.test(sha) || !hasCommit(world, repository, sha))
    return invalid(`No commit found for SHA: ${sha}`);
  const fields = readFields(body);
  if ('status' in fields) return fields;
  if (isFull(repository, sha, fields.context))
    return problem('context', 'This SHA and context has reached the maximum number of statuses.');
  const status: StatusRecord = { id: nextId(world), sha, at: world.now(), ...fields };
  repository.statuses.push(status);
  for (const tell of world.watchers) tell(status);
  return created(statusJson(world.links, repository, status));
}
