/** What GitHub tells an App of its own checks when somebody presses "Re-run", "Re-run all checks" or one of the App's buttons. */
import assert from 'node:assert/strict';
import { accountJson, isoTime, nodeId } from './account-json.ts';
import { appJson } from './app-json.ts';
import { checkJson, suiteIdOf } from './check-json.ts';
import type { Act } from './hook-events.ts';
import type { CheckRecord, HookEvent, RepositoryRecord } from './records.ts';
import { apiUrlOf, ownerOf, repositoryJson } from './repository-json.ts';
import { actBy, nextId, repositoryOf, type World } from './world.ts';

/** GitHub does not say which branch a check of a fork's commit belongs to. */
type Checked = { sha: string; branch: string | null };

function suiteJson({ links, at }: Act, repository: RepositoryRecord, { sha, branch }: Checked) {
  const id = suiteIdOf(sha);
  return {
    id,
    node_id: nodeId('CheckSuite', id),
    head_branch: branch,
    head_sha: sha,
    status: 'completed',
    conclusion: 'failure',
    url: `${apiUrlOf(links, repository.fullName)}/check-suites/${id}`,
    before: null,
    after: sha,
    pull_requests: [],
    app: appJson(links),
    created_at: isoTime(at),
    updated_at: isoTime(at),
  };
}

function checkEvent(
  act: Act,
  repository: RepositoryRecord,
  check: CheckRecord,
  branch: string | null,
  what: { action: 'rerequested' } | { action: 'requested_action'; requested_action: { identifier: string } },
): HookEvent {
  const { links, sender } = act;
  return {
    repository: repository.fullName,
    event: 'check_run',
    payload: {
      ...what,
      check_run: {
        ...checkJson(links, repository, check),
        check_suite: suiteJson(act, repository, { sha: check.sha, branch }),
      },
      repository: repositoryJson(links, repository),
      sender: accountJson(links, sender),
    },
  };
}

const actOf = (world: World, repository: RepositoryRecord, by: string | undefined): Act =>
  actBy(world, by ?? ownerOf(repository.fullName));

function headOf(repository: RepositoryRecord, branch: string): string {
  const sha = repository.branches.get(branch);
  assert(sha, `${repository.fullName} has no branch ${branch}`);
  return sha;
}

/** Of the newest check of that name on the branch's head, as far as there is one. */
export function requestRerun(
  world: World,
  input: { repository: string; branch: string; name: string; externalId?: string; by?: string },
): HookEvent[] {
  const repository = repositoryOf(world, input.repository);
  const sha = headOf(repository, input.branch);
  const known = [...repository.checks.values()].findLast(
    each => each.sha === sha && each.name === input.name,
  );
  const check = known ?? failedCheck(world, sha, input.name, input.externalId ?? '');
  const act = actOf(world, repository, input.by);
  return [checkEvent(act, repository, check, input.branch, { action: 'rerequested' })];
}

const failedCheck = (world: World, sha: string, name: string, externalId: string): CheckRecord => ({
  id: nextId(world),
  ...{ sha, name, externalId, detailsUrl: null },
  state: { status: 'completed', conclusion: 'failure', completedAt: world.now() },
  startedAt: world.now(),
  output: { title: null, summary: null, text: null },
  annotations: [],
  actions: [],
  writes: 0,
});

export function requestSuiteRerun(
  world: World,
  input: { repository: string; branch: string; by?: string },
): HookEvent[] {
  const repository = repositoryOf(world, input.repository);
  const { branch } = input;
  const sha = headOf(repository, branch);
  const act = actOf(world, repository, input.by);
  return [
    {
      repository: repository.fullName,
      event: 'check_suite',
      payload: {
        action: 'rerequested',
        check_suite: {
          ...suiteJson(act, repository, { sha, branch }),
          latest_check_runs_count: [...repository.checks.values()].filter(each => each.sha === sha).length,
          check_runs_url: `${apiUrlOf(world.links, repository.fullName)}/check-suites/${suiteIdOf(sha)}/check-runs`,
          head_commit: {
            id: sha,
            tree_id: sha,
            message: repository.commits.get(sha) ?? '',
            timestamp: isoTime(act.at),
            author: { name: act.sender, email: null },
            committer: { name: act.sender, email: null },
          },
        },
        repository: repositoryJson(world.links, repository),
        sender: accountJson(world.links, act.sender),
      },
    },
  ];
}

/** Somebody presses a button of a check; GitHub shows those that the check had when the page was opened. */
export function pressButton(
  world: World,
  input: { repository: string; check: number; button: string; by: string },
): HookEvent[] {
  const repository = repositoryOf(world, input.repository);
  const check = repository.checks.get(input.check);
  assert(check, `${repository.fullName} has no check run ${input.check}`);
  const act = actOf(world, repository, input.by);
  const what = { action: 'requested_action', requested_action: { identifier: input.button } } as const;
  return [checkEvent(act, repository, check, null, what)];
}
