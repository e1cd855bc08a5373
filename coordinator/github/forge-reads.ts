/**
 * What Paddock reads of GitHub to compare it with what it knows. Every question is asked with the ETag of its last answer:
 * one that has not changed since costs nothing of the quota (https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate).
 * Lists are read page by page, in bounded number.
 */

import * as z from 'zod';
import { forgeState } from '#shared/forge-status.ts';
import { type CommitSha, commitSha, type Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { titleFrom } from '#shared/title.ts';
import { type DeliveredRepository, repositoryOf } from './delivery-intent.ts';
import { ForgeError, isAbsent } from './errors.ts';
import { splitName } from './full-name.ts';
import {
  type Answered,
  type Ask,
  askAllPages,
  type List,
  type Question,
  rememberAnswers,
} from './kept-answers.ts';
import { listRepositories, type RepositoryLists } from './list-repositories.ts';
import { type Forge, type ForgeAccess, openForge } from './open-forge.ts';
import { fullName, type RepositoryPayload, repository } from './payload.ts';
import { type ShownPull, shownPull } from './read-pull-request.ts';
import { checksQuestion, type ShownCheck } from './shown-checks.ts';

/** The repository as GitHub spells it, and what pull requests are read against. */
export type ShownRepository = { facts: DeliveredRepository; payload: RepositoryPayload };

export type ShownBranch = { sha: CommitSha; title: string; author: string };

/** The newest status of a context. */
export type ShownStatus = Pick<z.output<typeof statusAnswer>, 'context' | 'state'> & {
  description: string;
  targetUrl: string;
};

/** All of them throw `ForgeError`, or the signal's reason when the caller gave up. */
export type ForgeReads = {
  repository(name: string, signal: AbortSignal): Promise<ShownRepository>;
  /** Oldest first. One that cannot be read is left out. */
  openPulls(repository: ShownRepository, signal: AbortSignal): Promise<List<ShownPull>>;
  /** Closed and merged ones that have changed since then, the last first. One that cannot be read is left out. */
  closedPulls(repository: ShownRepository, since: Instant, signal: AbortSignal): Promise<List<ShownPull>>;
  /** Null: there is none of that number. */
  pull(repository: ShownRepository, number: number, signal: AbortSignal): Promise<ShownPull | null>;
  /** Null: there is no such branch. */
  branch(name: string, branch: string, signal: AbortSignal): Promise<ShownBranch | null>;
  /** The newest one of each context. Null: GitHub has no such commit. */
  statuses(name: string, sha: CommitSha, signal: AbortSignal): Promise<List<ShownStatus> | null>;
  /** Our own check runs, where we are an App: a token has none. Null: GitHub has no such commit. */
  checks: ((name: string, sha: CommitSha, signal: AbortSignal) => Promise<List<ShownCheck> | null>) | null;
  /** Which repositories there are. */
  lists: RepositoryLists;
  /** How many answers so far have cost something of the quota. */
  spent(): number;
};

const text = z.string().nullish();

const branchAnswer = z.object({
  commit: z.object({
    sha: commitSha,
    author: z.object({ login: z.string() }).nullish().catch(null),
    commit: z.object({ message: z.string(), author: z.object({ name: text }).nullish() }),
  }),
});

const statusAnswer = z.object({
  context: z.string(),
  state: forgeState,
  description: text,
  target_url: text,
});

const combinedAnswer = z.object({ statuses: z.array(statusAnswer) });

/** Makes no call yet. Throws a plain error for a token that cannot be one. */
export function createForgeReads(access: ForgeAccess): ForgeReads {
  const forge = openForge(access);
  const { ask, spent } = rememberAnswers(forge);
  const { app } = forge;
  return {
    repository: (name, signal) => readRepository(forge, ask, name, signal),
    openPulls: (shown, signal) => askAllPages(page => ask(pullsQuestion(shown, openOnes, page), signal)),
    async closedPulls(shown, since, signal) {
      const isNew = ({ updatedAt }: ShownPull): boolean => updatedAt >= since;
      const { items, isCut } = await askAllPages(
        page => ask(pullsQuestion(shown, closedOnes, page), signal),
        pulls => pulls.every(isNew),
      );
      return { items: items.filter(isNew), isCut };
    },
    pull: (shown, number, signal) => orNull(ask(pullQuestion(shown, number), signal)),
    branch: (name, branch, signal) => orNull(ask(branchQuestion(name, branch), signal)),
    statuses: (name, sha, signal) =>
      ofCommit(askAllPages(page => ask(statusesQuestion(name, sha, page), signal))),
    checks:
      app &&
      ((name, sha, signal) =>
        ofCommit(askAllPages(page => ask(checksQuestion(app.id, name, sha, page), signal)))),
    lists: listRepositories(forge, ask),
    spent,
  };
}

async function orNull<Value>(answer: Promise<Answered<Value>>): Promise<Value | null> {
  try {
    return (await answer).value;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** GitHub calls a commit that it does not have unprocessable. */
async function ofCommit<Item>(list: Promise<List<Item>>): Promise<List<Item> | null> {
  try {
    return await list;
  } catch (error) {
    if (isAbsent(error) || (error instanceof ForgeError && error.status === 422)) return null;
    throw error;
  }
}

const ifOk = <Value>(result: z.ZodSafeParseResult<Value>): Value | null =>
  result.success ? result.data : null;

/** https://docs.github.com/rest/repos/repos#get-a-repository; one that was renamed answers under its new name. */
async function readRepository(
  forge: Forge,
  ask: Ask,
  name: string,
  signal: AbortSignal,
): Promise<ShownRepository> {
  const what = `question for the repository ${name}`;
  const { value: payload } = await ask(
    {
      what,
      route: 'GET /repos/{owner}/{repo}',
      fields: splitName(name),
      read: data => ifOk(repository.safeParse(data)),
      expected: 'a repository',
    },
    signal,
  );
  if (payload.full_name.toLowerCase() !== fullName.parse(name).toLowerCase())
    throw forge.unexpected(
      what,
      { status: 200, data: null, headers: {} },
      `it is called ${payload.full_name} now; change its name under repositories`,
    );
  return { facts: repositoryOf(payload), payload };
}

/** In an order in which nothing that closes moves what is newer. */
const openOnes = { state: 'open', sort: 'created', direction: 'asc' } as const;
const closedOnes = { state: 'closed', sort: 'updated', direction: 'desc' } as const;

/** https://docs.github.com/rest/pulls/pulls#list-pull-requests */
const pullsQuestion = (
  { facts, payload }: ShownRepository,
  which: typeof openOnes | typeof closedOnes,
  page: number,
): Question<ShownPull[]> => ({
  what: `question for the ${which.state} pull requests of ${facts.fullName}`,
  route: 'GET /repos/{owner}/{repo}/pulls',
  fields: {
    ...splitName(facts.fullName),
    ...which,
    per_page: limits.forgePageSize,
    page,
  },
  read: data => (Array.isArray(data) ? data.flatMap(each => shownPull(payload, each) ?? []) : null),
  expected: 'a list of pull requests',
  sizeOf: data => (Array.isArray(data) ? data.length : 0),
});

/** https://docs.github.com/rest/pulls/pulls#get-a-pull-request */
const pullQuestion = ({ facts, payload }: ShownRepository, number: number): Question<ShownPull> => ({
  what: `question for pull request ${number} of ${facts.fullName}`,
  route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}',
  fields: { ...splitName(facts.fullName), pull_number: number },
  read: data => shownPull(payload, data),
  expected: 'a pull request',
});

/** https://docs.github.com/rest/branches/branches#get-a-branch */
const branchQuestion = (name: string, branch: string): Question<ShownBranch> => ({
  what: `question for the branch ${branch} of ${name}`,
  route: 'GET /repos/{owner}/{repo}/branches/{branch}',
  fields: { ...splitName(name), branch },
  read(data) {
    const found = ifOk(branchAnswer.safeParse(data));
    if (!found) return null;
    const { sha, author, commit } = found.commit;
    const who = titleFrom(author?.login ?? commit.author?.name ?? '') || 'unknown';
    return { sha, title: titleFrom(commit.message), author: who };
  },
  expected: 'a branch',
});

/** https://docs.github.com/rest/commits/statuses#get-the-combined-status-for-a-specific-reference */
const statusesQuestion = (name: string, ref: CommitSha, page: number): Question<ShownStatus[]> => ({
  what: `question for the statuses of ${name} at ${shortCommit(ref)}`,
  route: 'GET /repos/{owner}/{repo}/commits/{ref}/status',
  fields: { ...splitName(name), ref, per_page: limits.forgePageSize, page },
  read: data =>
    ifOk(combinedAnswer.safeParse(data))?.statuses.map(({ context, state, description, target_url }) => ({
      context,
      state,
      description: description ?? '',
      targetUrl: target_url ?? '',
    })) ?? null,
  expected: 'a list of statuses',
  sizeOf: data => ifOk(combinedAnswer.safeParse(data))?.statuses.length ?? 0,
});
