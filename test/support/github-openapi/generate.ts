/**
 * Writes `subset.json`: the part of GitHub's OpenAPI description that Paddock's client and its fake GitHub use.
 * Source: npm package `@octokit/openapi` (MIT, see LICENSE-octokit-openapi), `generated/api.github.com.json`.
 * The package has 385 MB, so it is no dependency: it is unpacked into a directory that is removed afterwards.
 *
 *   node test/support/github-openapi/generate.ts
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { asRecord, collectReferences, toJsonSchema, valueAt } from './subset.ts';

const run = promisify(execFile);
const version = '23.0.2';
const described = 'package/generated/api.github.com.json';

const operations = [
  ['post', '/repos/{owner}/{repo}/statuses/{sha}'],
  ['get', '/repos/{owner}/{repo}/commits/{ref}/statuses'],
  ['get', '/repos/{owner}/{repo}/commits/{ref}/status'],
  ['get', '/repos/{owner}/{repo}/pulls'],
  ['get', '/repos/{owner}/{repo}/pulls/{pull_number}'],
  ['get', '/repos/{owner}/{repo}'],
  ['get', '/repos/{owner}/{repo}/branches/{branch}'],
  ['post', '/repos/{owner}/{repo}/check-runs'],
  ['patch', '/repos/{owner}/{repo}/check-runs/{check_run_id}'],
  ['get', '/repos/{owner}/{repo}/commits/{ref}/check-runs'],
  ['get', '/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations'],
  ['post', '/repos/{owner}/{repo}/issues/{issue_number}/comments'],
  ['get', '/repos/{owner}/{repo}/issues/{issue_number}/comments'],
  ['patch', '/repos/{owner}/{repo}/issues/comments/{comment_id}'],
  ['post', '/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions'],
  ['get', '/repos/{owner}/{repo}/collaborators/{username}/permission'],
  ['get', '/repos/{owner}/{repo}/hooks'],
  ['get', '/repos/{owner}/{repo}/installation'],
  ['get', '/orgs/{org}/teams/{team_slug}/memberships/{username}'],
  ['get', '/user'],
  ['get', '/user/{account_id}'],
  ['post', '/applications/{client_id}/token'],
  ['delete', '/applications/{client_id}/token'],
  ['get', '/app'],
  ['get', '/app/installations'],
  ['get', '/app/installations/{installation_id}'],
  ['post', '/app/installations/{installation_id}/access_tokens'],
  ['get', '/installation/repositories'],
  ['get', '/orgs/{org}/repos'],
  ['get', '/users/{username}/repos'],
  ['get', '/user/repos'],
  ['get', '/app/hook/config'],
  ['patch', '/app/hook/config'],
  ['get', '/app/hook/deliveries'],
  ['get', '/app/hook/deliveries/{delivery_id}'],
  ['post', '/app/hook/deliveries/{delivery_id}/attempts'],
  ['post', '/app-manifests/{code}/conversions'],
  ['get', '/repos/{owner}/{repo}/pulls/{pull_number}/reviews'],
  ['put', '/repos/{owner}/{repo}/pulls/{pull_number}/merge'],
  ['patch', '/repos/{owner}/{repo}/pulls/{pull_number}'],
] as const;

const webhooks = [
  'ping',
  'push',
  'pull-request-opened',
  'pull-request-synchronize',
  'pull-request-reopened',
  'pull-request-ready-for-review',
  'pull-request-converted-to-draft',
  'pull-request-closed',
  'pull-request-labeled',
  'pull-request-edited',
  'check-run-rerequested',
  'check-run-requested-action',
  'check-suite-rerequested',
  'issue-comment-created',
  'pull-request-unlabeled',
  'pull-request-review-submitted',
  'pull-request-review-dismissed',
  'merge-group-checks-requested',
  'merge-group-destroyed',
  'member-added',
  'member-edited',
  'member-removed',
  'organization-member-removed',
  'repository-privatized',
  'repository-publicized',
] as const;

async function download(): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'github-openapi-'));
  try {
    const { stdout } = await run('npm', ['pack', '--silent', `@octokit/openapi@${version}`], { cwd: folder });
    await run('tar', ['-xzf', stdout.trim(), described], { cwd: folder });
    return JSON.parse(await readFile(join(folder, described), 'utf8'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Parameters, the body and the successful answers of one operation; errors and prose are not asserted by anybody. */
function operationOf(document: unknown, method: string, path: string): unknown {
  const operation = asRecord(valueAt(document, ['paths', path, method]));
  const answers = Object.entries(asRecord(operation.responses)).filter(([status]) => status.startsWith('2'));
  return {
    parameters: operation.parameters ?? [],
    ...(operation.requestBody === undefined ? {} : { requestBody: operation.requestBody }),
    responses: Object.fromEntries(
      answers.map(([status, answer]) => [status, { content: asRecord(answer).content }]),
    ),
  };
}

/** An operation's or a hook's own schema, without which nothing could be checked: a missing one stops the script. */
function webhookOf(document: unknown, name: string): unknown {
  return valueAt(document, [
    'x-webhooks',
    name,
    'post',
    'requestBody',
    'content',
    'application/json',
    'schema',
  ]);
}

function subsetOf(document: unknown): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [method, path] of operations)
    paths[path] = { ...paths[path], [method]: operationOf(document, method, path) };
  const kept: Record<string, unknown> = {
    source: `@octokit/openapi@${version} generated/api.github.com.json (MIT)`,
    paths,
    webhooks: Object.fromEntries(webhooks.map(name => [name, webhookOf(document, name)])),
  };
  const components: Record<string, Record<string, unknown>> = {};
  for (const pointer of collectReferences(document, kept)) {
    const [, , kind = '', name = ''] = pointer.split('/');
    components[kind] = { ...components[kind], [name]: valueAt(document, ['components', kind, name]) };
  }
  return asRecord(toJsonSchema({ ...kept, components }));
}

const subset = subsetOf(await download());
await writeFile(new URL('subset.json', import.meta.url), `${JSON.stringify(subset, null, 1)}\n`);
