/** The state of the stand-in and how its parts are found. */
import assert from 'node:assert/strict';
import type { Links } from './account-json.ts';
import type { Act } from './hook-events.ts';
import type {
  AppRecord,
  HookEvent,
  Manifest,
  PullRecord,
  RepositoryRecord,
  SignInRecord,
  StatusRecord,
  TokenRecord,
} from './records.ts';

export type World = {
  links: Links;
  /** The clock, in milliseconds. */
  now: () => number;
  /** Gives numbers to everything that GitHub numbers across repositories. */
  lastId: number;
  repositories: Map<string, RepositoryRecord>;
  /** There is at most one. */
  app: AppRecord | null;
  /** What was asked for by manifests, by the code that was handed out for each. */
  manifests: Map<string, { manifest: Manifest; organization: string | null; at: number }>;
  /** Null: nobody signs in anywhere by GitHub. */
  signIn: SignInRecord | null;
  /** Who is signed in to GitHub in every browser here; null: nobody. */
  visitor: string | null;
  /** Names that were given up, and belong to nobody. */
  vacant: Set<string>;
  /** What the person's token is; null: it may do everything. */
  token: TokenRecord | null;
  /** Deliveries to the App that are on their way. */
  sending: Set<Promise<void>>;
  /** The end of the stand-in. */
  ending: AbortController;
  /** Accounts that are no person, and what the owner of the token is there. */
  organizations: Map<string, 'member' | 'outside' | 'refused' | 'broken'>;
  /** Who is in which team, by `organization/team/login`. */
  memberships: Map<string, 'active' | 'pending'>;
  /** Told of every status right after it was accepted. */
  watchers: Set<StatusWatcher>;
  /** Told of what hooks would report of changes that came by the API. */
  hookWatchers: Set<(events: HookEvent[]) => void>;
  /** What GitHub's merge makes, said by who has the git; null: some commit. */
  commitOfMerge: ((base: RepositoryRecord, pull: PullRecord, method: string) => string) | null;
};

export type StatusWatcher = (status: StatusRecord) => void;

export const createWorld = (links: Links, now: () => number): World => ({
  links,
  now,
  lastId: 1_000,
  repositories: new Map(),
  app: null,
  manifests: new Map(),
  signIn: null,
  visitor: null,
  vacant: new Set(),
  token: null,
  sending: new Set(),
  ending: new AbortController(),
  organizations: new Map(),
  memberships: new Map(),
  watchers: new Set(),
  hookWatchers: new Set(),
  commitOfMerge: null,
});

/** What is on its way is given up; resolves when nothing is. */
export async function endWorld({ ending, sending }: World): Promise<void> {
  ending.abort();
  await Promise.all(sending);
}

export const nextId = (world: World): number => ++world.lastId;

/** GitHub finds repositories in any case and keeps the one they were made with. */
export const findRepository = (world: World, fullName: string): RepositoryRecord | null =>
  world.repositories.get(fullName.toLowerCase()) ?? null;

/** For verbs: naming a repository that was never made is a mistake of the caller's code. */
export function repositoryOf(world: World, fullName: string): RepositoryRecord {
  const repository = findRepository(world, fullName);
  assert(repository, `the stand-in has no repository ${fullName}; make it with createRepository`);
  return repository;
}

export function pullOf(repository: RepositoryRecord, number: number): PullRecord {
  const pull = repository.pulls.get(number);
  assert(pull, `${repository.fullName} has no pull request ${number} in the stand-in`);
  return pull;
}

export const actBy = (world: World, sender: string): Act => ({ links: world.links, sender, at: world.now() });

const rootOf = ({ fullName, forkOf }: RepositoryRecord): string => (forkOf ?? fullName).toLowerCase();

/** Forks share their commits: GitHub takes a status for the head of a fork on the repository it came from. */
export function hasCommit(world: World, repository: RepositoryRecord, sha: string): boolean {
  for (const other of world.repositories.values())
    if (rootOf(other) === rootOf(repository) && other.commits.has(sha)) return true;
  return repository.commits.has(sha);
}
