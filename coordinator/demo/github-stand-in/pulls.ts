/** What people do to pull requests. Each verb changes the world and returns what GitHub's hooks would send. */
import assert from 'node:assert/strict';
import { type PullAction, pullEvent, pushEvent } from './hook-events.ts';
import { labelJson } from './pull-json.ts';
import type { HookEvent, PullRecord, RepositoryRecord } from './records.ts';
import { ownerOf } from './repository-json.ts';
import { actBy, findRepository, nextId, pullOf, repositoryOf, type World } from './world.ts';

export type NewPull = {
  repository: string;
  title: string;
  /** The branch to be merged; it has been pushed. */
  branch: string;
  /** Full name of the fork it is in; default: the repository itself. */
  from?: string;
  base?: string;
  author?: string;
  isDraft?: boolean;
};

export type PullRef = { repository: string; number: number; by?: string };

const nextNumber = (repository: RepositoryRecord): number => Math.max(0, ...repository.pulls.keys()) + 1;

/** Returns the number GitHub gave it, and the `opened` event. */
export function openPull(world: World, input: NewPull): { number: number; events: HookEvent[] } {
  const base = repositoryOf(world, input.repository);
  const head = repositoryOf(world, input.from ?? input.repository);
  const baseBranch = input.base ?? base.defaultBranch;
  const [sha, baseSha] = [head.branches.get(input.branch), base.branches.get(baseBranch)];
  assert(sha, `${head.fullName} has no branch ${input.branch}; push it before the pull request`);
  assert(baseSha, `${base.fullName} has no branch ${baseBranch}`);
  const at = world.now();
  const pull: PullRecord = {
    id: nextId(world),
    number: nextNumber(base),
    title: input.title,
    author: input.author ?? ownerOf(head.fullName),
    head: { repository: head.fullName, branch: input.branch, sha },
    base: { branch: baseBranch, sha: baseSha },
    commits: [sha],
    isDraft: input.isDraft ?? false,
    labels: [],
    reviews: [],
    state: { status: 'open' },
    createdAt: at,
    updatedAt: at,
  };
  base.pulls.set(pull.number, pull);
  return { number: pull.number, events: [eventOf(world, base, pull, { action: 'opened' }, pull.author)] };
}

function eventOf(
  world: World,
  base: RepositoryRecord,
  pull: PullRecord,
  action: PullAction,
  by: string | undefined,
): HookEvent {
  const head = findRepository(world, pull.head.repository);
  return pullEvent(actBy(world, by ?? ownerOf(base.fullName)), base, head, pull, action);
}

/** Changes one pull request and tells the hook: the shape of every verb below. */
function change(
  world: World,
  { repository, number, by }: PullRef,
  action: PullAction | ((base: RepositoryRecord) => PullAction),
  apply: (pull: PullRecord, at: number) => void,
): HookEvent[] {
  const base = repositoryOf(world, repository);
  const pull = pullOf(base, number);
  const at = world.now();
  const told = typeof action === 'function' ? action(base) : action;
  apply(pull, at);
  pull.updatedAt = at;
  return [eventOf(world, base, pull, told, by)];
}

const expectState = (pull: PullRecord, status: PullRecord['state']['status']): void =>
  assert.equal(pull.state.status, status, `pull request ${pull.number} is not ${status}`);

export const closePull = (world: World, ref: PullRef): HookEvent[] =>
  change(world, ref, { action: 'closed' }, (pull, at) => {
    expectState(pull, 'open');
    pull.state = { status: 'closed', at };
  });

export const reopenPull = (world: World, ref: PullRef): HookEvent[] =>
  change(world, ref, { action: 'reopened' }, pull => {
    expectState(pull, 'closed');
    pull.state = { status: 'open' };
  });

export const markReady = (world: World, ref: PullRef): HookEvent[] =>
  change(world, ref, { action: 'ready_for_review' }, pull => {
    pull.isDraft = false;
  });

export const convertToDraft = (world: World, ref: PullRef): HookEvent[] =>
  change(world, ref, { action: 'converted_to_draft' }, pull => {
    pull.isDraft = true;
  });

/** It is to be merged into another branch. */
export const changeBase = (world: World, ref: PullRef & { base: string }): HookEvent[] =>
  change(
    world,
    ref,
    base => {
      const { branch, sha } = pullOf(base, ref.number).base;
      return { action: 'edited', changes: { base: { ref: { from: branch }, sha: { from: sha } } } };
    },
    pull => {
      const sha = repositoryOf(world, ref.repository).branches.get(ref.base);
      assert(sha, `${ref.repository} has no branch ${ref.base}`);
      pull.base = { branch: ref.base, sha };
    },
  );

export const labelPull = (world: World, ref: PullRef & { label: string }): HookEvent[] =>
  change(
    world,
    ref,
    base => ({ action: 'labeled', label: labelJson(world.links, base, ref.label) }),
    pull => {
      pull.labels.push(ref.label);
    },
  );

export const unlabelPull = (world: World, ref: PullRef & { label: string }): HookEvent[] =>
  change(
    world,
    ref,
    base => ({ action: 'unlabeled', label: labelJson(world.links, base, ref.label) }),
    pull => {
      pull.labels = pull.labels.filter(label => label !== ref.label);
    },
  );

export type Merge = PullRef & {
  /** What the base branch points to afterwards: a merge commit, a squash, or the head itself. */
  mergeSha: string;
  /** Commits that came to the base branch, oldest first; default: just `mergeSha`. */
  commits?: readonly string[];
};

/** What GitHub writes into the commit that merges a pull request. */
export const mergeMessageOf = ({ number, head, title }: Readonly<PullRecord>): string =>
  `Merge pull request #${number} from ${ownerOf(head.repository)}/${head.branch}\n\n${title}`;

/** GitHub sends `closed` for the pull request and a push for its base branch. */
export function mergePull(world: World, input: Merge): HookEvent[] {
  const base = repositoryOf(world, input.repository);
  const by = input.by ?? ownerOf(base.fullName);
  const { mergeSha, commits = [mergeSha] } = input;
  const before = base.branches.get(pullOf(base, input.number).base.branch);
  assert(before, `the base branch of pull request ${input.number} is gone`);
  const [closed] = change(world, { ...input, by }, { action: 'closed' }, (pull, at) => {
    expectState(pull, 'open');
    pull.state = { status: 'merged', at, mergeSha, by };
    for (const sha of [...commits, mergeSha])
      if (!base.commits.has(sha)) base.commits.set(sha, mergeMessageOf(pull));
    base.branches.set(pull.base.branch, mergeSha);
    base.pushedAt = at;
  });
  assert(closed);
  const ref = `refs/heads/${pullOf(base, input.number).base.branch}`;
  const landed = { ref, before, after: mergeSha, commits, isForced: false };
  return [closed, pushEvent(actBy(world, by), base, landed)];
}
