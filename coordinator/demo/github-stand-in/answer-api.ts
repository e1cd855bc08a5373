/** The stand-in's REST API: the calls a CI makes, answered from the world. Pure but for the world it is given. */
import { isoTime, userJson } from './account-json.ts';
import { type ApiAnswer, type ApiRequest, type Caller, ok, refused } from './api-answer.ts';
import { answerApp } from './app.ts';
import { callerOf, may, sees } from './callers.ts';
import { checkRoutes } from './check-runs.ts';
import { commentRoutes } from './comments.ts';
import { branchJson } from './commit-json.ts';
import { conditional } from './conditional.ts';
import { answerPage, convert } from './manifests.ts';
import { mergeByApi, updatePull } from './merge-api.ts';
import { paged } from './paged.ts';
import { permissionRoutes } from './permission.ts';
import { postStatus } from './post-status.ts';
import { fullPullJson, pullJson } from './pull-json.ts';
import type { PullRecord, RepositoryRecord, TokenRecord } from './records.ts';
import { repositoryHookRoutes } from './repository-hooks.ts';
import { fullRepositoryJson, ownerOf } from './repository-json.ts';
import { answerLists, mayPush } from './repository-lists.ts';
import { listReviews } from './reviews.ts';
import { type Call, type Route, resolve } from './route.ts';
import { answerAccount, answerExchange, answerTokens } from './sign-in.ts';
import { combinedStatusJson, latestPerContext, statusJson } from './status-json.ts';
import { answerTeams } from './teams.ts';
import { findRepository, type World } from './world.ts';

const notFound = refused(404, 'Not Found');

const statusesOf = (repository: RepositoryRecord, sha: string) =>
  repository.statuses.filter(status => status.sha === sha);

function listStatuses({ world, repository, request, rest: [ref = ''] }: Call): ApiAnswer {
  const newestFirst = statusesOf(repository, resolve(repository, ref)).toReversed();
  return paged(world.links, request, newestFirst, page =>
    page.map(status => statusJson(world.links, repository, status)),
  );
}

function combinedStatus({ world, repository, request, rest: [ref = ''] }: Call): ApiAnswer {
  const sha = resolve(repository, ref);
  const latest = latestPerContext(statusesOf(repository, sha));
  return paged(world.links, request, latest, page =>
    combinedStatusJson(world.links, repository, sha, latest, page),
  );
}

function onePull({ world, repository, rest: [number] }: Call): ApiAnswer {
  const pull = repository.pulls.get(Number(number));
  if (!pull) return notFound;
  return ok(fullPullJson(world.links, repository, findRepository(world, pull.head.repository), pull));
}

function isAskedFor(query: URLSearchParams, pull: PullRecord): boolean {
  const state = query.get('state') ?? 'open';
  const [base, head] = [query.get('base'), query.get('head')];
  return (
    (state === 'all' || (state === 'open') === (pull.state.status === 'open')) &&
    (base === null || pull.base.branch === base) &&
    (head === null || head === `${ownerOf(pull.head.repository)}:${pull.head.branch}`)
  );
}

function listPulls({ world, repository, request }: Call): ApiAnswer {
  const { query } = request;
  const sort = query.get('sort') ?? 'created';
  const key = sort === 'updated' ? 'updatedAt' : 'createdAt';
  const sign = (query.get('direction') ?? (sort === 'created' ? 'desc' : 'asc')) === 'asc' ? 1 : -1;
  const found = [...repository.pulls.values()]
    .filter(pull => isAskedFor(query, pull))
    .sort((a, b) => sign * (a[key] - b[key] || a.number - b.number));
  return paged(world.links, request, found, page =>
    page.map(pull => pullJson(world.links, repository, findRepository(world, pull.head.repository), pull)),
  );
}

function oneBranch({ world, repository, rest: [name = ''] }: Call): ApiAnswer {
  const sha = repository.branches.get(name);
  return sha === undefined
    ? refused(404, 'Branch not found')
    : ok(branchJson(world.links, repository, name, sha));
}

const routes: Route[] = [
  ...checkRoutes,
  ...commentRoutes,
  ...permissionRoutes,
  ...repositoryHookRoutes,
  {
    method: 'POST',
    pattern: /^\/statuses\/([^/]+)$/,
    answer: ({ world, repository, request, rest: [sha = ''] }) =>
      postStatus(world, repository, sha, request.body),
  },
  { method: 'GET', pattern: /^\/commits\/(.+)\/statuses$/, answer: listStatuses },
  { method: 'GET', pattern: /^\/commits\/(.+)\/status$/, answer: combinedStatus },
  { method: 'GET', pattern: /^\/pulls$/, answer: listPulls },
  { method: 'GET', pattern: /^\/pulls\/(\d+)$/, answer: onePull },
  {
    method: 'GET',
    pattern: /^\/pulls\/(\d+)\/reviews$/,
    answer: ({ world, repository, rest: [number] }) => listReviews(world, repository, Number(number)),
  },
  {
    method: 'PUT',
    pattern: /^\/pulls\/(\d+)\/merge$/,
    answer: ({ world, repository, request, rest: [number] }) =>
      mergeByApi(world, repository, Number(number), request.body),
  },
  {
    method: 'PATCH',
    pattern: /^\/pulls\/(\d+)$/,
    answer: ({ world, repository, request, rest: [number] }) =>
      updatePull(world, repository, Number(number), request.body),
  },
  { method: 'GET', pattern: /^\/branches\/(.+)$/, answer: oneBranch },
  {
    method: 'GET',
    pattern: /^$/,
    answer: ({ world, repository }) =>
      ok(fullRepositoryJson(world.links, repository, mayPush(world, repository))),
  },
];

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // not an encoding, so no name of anything here
  }
}

const whoami = ({ links, token }: World, { kind, login }: Caller): ApiAnswer =>
  kind === 'user'
    ? { ...ok(userJson(links, login)), headers: token ? tokenHeaders(token) : {} }
    : refused(403, 'Resource not accessible by integration');

/** GitHub sends them with each answer; whoever wants to know asks who it is. */
const tokenHeaders = ({ scopes, expiresAt }: TokenRecord): Record<string, string> => ({
  ...(scopes ? { 'x-oauth-scopes': scopes.join(', ') } : {}),
  ...(expiresAt === null
    ? {}
    : {
        'github-authentication-token-expiration': isoTime(expiresAt).replace('T', ' ').replace('Z', ' UTC'),
      }),
});

const lacking = ({ kind }: Caller): ApiAnswer =>
  refused(403, `Resource not accessible by ${kind === 'user' ? 'personal access token' : 'integration'}`);

/** What GitHub would answer; a wrong token, an unknown repository and an unknown call are answers like any other. */
export function answerApi(world: World, token: string, request: ApiRequest): ApiAnswer {
  if (!request.headers['user-agent'])
    return refused(
      403,
      'Request forbidden by administrative rules. Please make sure your request has a User-Agent header',
    );
  const byNobody =
    answerPage(world, request) ??
    answerExchange(world, request) ??
    answerTokens(world, request) ??
    convert(world, request);
  if (byNobody) return byNobody;
  const caller = callerOf(world, request, token);
  if (!caller) return refused(401, 'Bad credentials');
  if (caller.kind === 'app') return answerApp(world, request) ?? notFound;
  if (request.path === '/user') return whoami(world, caller);
  const ofAccounts =
    answerAccount(world, request) ??
    answerTeams(world, caller, request) ??
    answerLists(world, caller, request);
  if (ofAccounts) return ofAccounts;
  const [, fullName = '', call = ''] = /^\/repos\/([^/]+\/[^/]+)(.*)$/.exec(request.path) ?? [];
  const repository = findRepository(world, decoded(fullName) ?? '');
  if (!repository || !sees(caller, repository.fullName)) return notFound;
  if (!may(caller, request.method, call, repository.isPrivate)) return lacking(caller);
  for (const { method, pattern, answer } of routes) {
    const found = request.method === method ? pattern.exec(call) : null;
    const rest = found?.slice(1).map(decoded);
    if (rest?.every(part => part !== null))
      return conditional(request, answer({ world, caller, repository, request, rest }));
  }
  return notFound;
}
