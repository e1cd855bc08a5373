/** What people do to repositories and branches. Each verb changes the world and returns what GitHub's hooks would send. */

import assert from 'node:assert/strict';
import { shortCommit } from '#shared/short-commit.ts';
import { noCommit, pingEvent, pullEvent, pushEvent } from './hook-events.ts';
import type { HookEvent, PersonRecord, RepositoryRecord } from './records.ts';
import { ownerOf } from './repository-json.ts';
import { actBy, nextId, repositoryOf, type World } from './world.ts';

export type Commit = { sha: string; message?: string };

export type NewRepository = {
  fullName: string;
  cloneUrl: string;
  /** The commit its default branch starts with. */
  head: string;
  defaultBranch?: string;
  isPrivate?: boolean;
  forkOf?: string;
};

/** A new repository with one commit on its default branch. No hook is there yet, so nothing is sent. */
export function createRepository(world: World, input: NewRepository): void {
  const { fullName, cloneUrl, head, defaultBranch = 'main', isPrivate = false, forkOf = null } = input;
  const at = world.now();
  world.repositories.set(fullName.toLowerCase(), {
    id: nextId(world),
    fullName,
    cloneUrl,
    defaultBranch,
    isPrivate,
    standing: 'active',
    forkOf,
    branches: new Map([[defaultBranch, head]]),
    commits: new Map([[head, 'First commit']]),
    pulls: new Map(),
    mergeRefusal: null,
    hooks: [],
    people: new Map(),
    statuses: [],
    checks: new Map(),
    comments: new Map(),
    pushedAt: at,
    createdAt: at,
  });
}

/** What an account is to a repository from now on; its owner's is known without. No hook of a repository tells of it. */
export function addPerson(
  world: World,
  { repository, login, ...person }: { repository: string; login: string } & PersonRecord,
): void {
  repositoryOf(world, repository).people.set(login, person);
}

/** The fork is gone; pull requests from it stay, with `head.repo` null. */
export function deleteRepository(world: World, { fullName }: { fullName: string }): void {
  assert(world.repositories.delete(fullName.toLowerCase()), `the stand-in has no repository ${fullName}`);
}

export type Push = {
  repository: string;
  branch: string;
  /** New commits, oldest first; the last becomes the head. */
  commits: readonly Commit[];
  isForced?: boolean;
  pusher?: string;
};

/** A push to a branch, new or old, and `synchronize` for every open pull request from it. */
export function push(world: World, input: Push): HookEvent[] {
  const { branch, commits, isForced = false } = input;
  const repository = repositoryOf(world, input.repository);
  const act = actBy(world, input.pusher ?? ownerOf(repository.fullName));
  const before = repository.branches.get(branch) ?? noCommit;
  const after = commits.at(-1)?.sha;
  assert(after, `a push to ${repository.fullName} needs at least one commit`);
  for (const { sha, message = `Commit ${shortCommit(sha)}` } of commits) repository.commits.set(sha, message);
  repository.branches.set(branch, after);
  repository.pushedAt = act.at;
  const shas = commits.map(({ sha }) => sha);
  const pushed = pushEvent(act, repository, {
    ref: `refs/heads/${branch}`,
    before,
    after,
    commits: shas,
    isForced,
  });
  return [
    pushed,
    ...mergedBy(world, repository, branch, shas),
    ...synchronize(world, repository, branch, { before, after, sender: act.sender, shas, isForced }),
  ];
}

/** GitHub sees for itself that a pull request is merged when its head has come to its base branch. */
function mergedBy(world: World, base: RepositoryRecord, branch: string, shas: string[]): HookEvent[] {
  const events: HookEvent[] = [];
  for (const pull of base.pulls.values()) {
    const isThere = pull.base.branch === branch && shas.includes(pull.head.sha);
    if (pull.state.status !== 'open' || !isThere) continue;
    const by = ownerOf(base.fullName);
    pull.state = { status: 'merged', at: world.now(), mergeSha: shas.at(-1) ?? pull.head.sha, by };
    pull.updatedAt = world.now();
    events.push(pullEvent(actBy(world, by), base, base, pull, { action: 'closed' }));
  }
  return events;
}

type Moved = { before: string; after: string; sender: string; shas: string[]; isForced: boolean };

function synchronize(world: World, head: RepositoryRecord, branch: string, moved: Moved): HookEvent[] {
  const { before, after, sender, shas, isForced } = moved;
  const events: HookEvent[] = [];
  for (const base of world.repositories.values())
    for (const pull of base.pulls.values()) {
      if (
        pull.state.status !== 'open' ||
        pull.head.repository !== head.fullName ||
        pull.head.branch !== branch
      )
        continue;
      pull.head.sha = after;
      pull.commits = isForced ? shas : [...pull.commits, ...shas];
      pull.base.sha = base.branches.get(pull.base.branch) ?? pull.base.sha;
      pull.updatedAt = world.now();
      events.push(
        pullEvent(actBy(world, sender), base, head, pull, { action: 'synchronize', before, after }),
      );
    }
  return events;
}

export function deleteBranch(
  world: World,
  input: { repository: string; branch: string; pusher?: string },
): HookEvent[] {
  const repository = repositoryOf(world, input.repository);
  const before = repository.branches.get(input.branch);
  assert(before, `${repository.fullName} has no branch ${input.branch}`);
  repository.branches.delete(input.branch);
  const change = { ref: `refs/heads/${input.branch}`, before, after: noCommit, commits: [], isForced: false };
  return [pushEvent(actBy(world, input.pusher ?? ownerOf(repository.fullName)), repository, change)];
}

export function pushTag(
  world: World,
  input: { repository: string; tag: string; sha: string; pusher?: string },
): HookEvent[] {
  const repository = repositoryOf(world, input.repository);
  const change = {
    ref: `refs/tags/${input.tag}`,
    before: noCommit,
    after: input.sha,
    commits: [],
    isForced: false,
  };
  return [pushEvent(actBy(world, input.pusher ?? ownerOf(repository.fullName)), repository, change)];
}

/** What GitHub sends when a hook has just been made. */
export function ping(world: World, input: { repository: string }): HookEvent[] {
  const repository = repositoryOf(world, input.repository);
  return [pingEvent(actBy(world, ownerOf(repository.fullName)), repository)];
}
