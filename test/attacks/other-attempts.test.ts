/** A machine with tokens of its own attempt, who wants what is another's: over HTTP, with real tokens. What opens a source is in test/coordinator/http. */
import { expect, onTestFinished, test } from 'vitest';
import { type AttemptScope, createAttemptTokens } from '#coordinator/access/attempt-tokens.ts';
import { listen } from '#coordinator/http/listener.ts';
import { serveMachines } from '#coordinator/http/machine-app.ts';
import { createMachineParts } from '#coordinator/wiring/machine-parts.ts';
import type { AttemptId, CommitSha, RepositoryId } from '#shared/ids.ts';
import { attempt } from '#test/contract/sample-ids.ts';
import { silentLogger } from '#test/support/silent-logger.ts';

const now = 1_000_000;
const tokens = createAttemptTokens(new Uint8Array(32).fill(7));
const [mine, theirs] = [attempt(1), attempt(2)];

const tokenFor = (scope: AttemptScope, expiresAt = now + 1_000): string =>
  tokens.issue({
    ...{ scope, attempt: mine, exp: expiresAt },
    repository: `repo_${'0'.repeat(26)}` as RepositoryId,
    commit: 'a'.repeat(40) as CommitSha,
  });

const paths: Record<AttemptScope, (id: AttemptId) => [method: string, path: string]> = {
  source: id => ['GET', `/source/${id}/archive.tar`],
  uploads: id => ['PUT', `/uploads/${id}/${'0'.repeat(64)}?path=a`],
  caches: id => ['GET', `/caches/${id}/npm-1234`],
};
const scopes = Object.keys(paths) as AttemptScope[];

/** The status of an answer; `reached` says whether anybody behind the door was asked. */
async function knock(scope: AttemptScope, id: AttemptId, token: string) {
  let reached = false;
  const serve = async (_request: unknown, response: { end(): void }) => {
    reached = true;
    response.end();
  };
  const behind = new Proxy({}, { get: () => serve }) as never;
  const parts = createMachineParts({
    ...{ tokens, now: () => now, source: behind, uploads: behind, caches: behind },
    ...{ imageTokens: behind, findImageFile: async () => null, enrolment: behind },
  });
  const listener = await listen('the test', { host: '127.0.0.1', port: 0 });
  onTestFinished(listener.close);
  serveMachines(listener.server, parts, silentLogger);
  listener.open();
  const [method, path] = paths[scope](id);
  const headers = { authorization: `Bearer ${token}` };
  const { status } = await fetch(`${listener.url}${path}`, { method, headers });
  return { status, reached };
}

test.each(scopes)('(its own %s opens to its token)', async scope => {
  expect(await knock(scope, mine, tokenFor(scope))).toEqual({ status: 200, reached: true });
});

test.each(scopes)('to use the %s of another attempt', async scope => {
  expect(await knock(scope, theirs, tokenFor(scope))).toEqual({ status: 403, reached: false });
});

test.each(scopes)('to use its %s after its time', async scope => {
  expect(await knock(scope, mine, tokenFor(scope, now))).toEqual({ status: 401, reached: false });
});

test.each(
  scopes.flatMap(scope => scopes.filter(other => other !== scope).map(other => [other, scope] as const)),
)('to use the token for %s as one for %s', async (other, scope) => {
  expect(await knock(scope, mine, tokenFor(other))).toEqual({ status: 401, reached: false });
});
