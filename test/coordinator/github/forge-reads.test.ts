/** What is read of GitHub to be compared: whole lists, and what has not changed at no cost. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createForgeReads } from '#coordinator/github/forge-reads.ts';
import { limits } from '#shared/limits.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { failureOf } from './forge-failures.ts';
import { fullName, shaOf } from './small-github.ts';

let fake: FakeGithub;
let reads: ReturnType<typeof createForgeReads>;
const { signal } = new AbortController();

beforeEach(async () => {
  fake = await startFakeGithub();
  fake.github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/octo/app.git', head: shaOf(0) });
  reads = createForgeReads({ baseUrl: fake.baseUrl, token: fake.token });
});
afterEach(() => {
  expect(fake.violations).toEqual([]);
  return fake.close();
});

function openPulls(from: number, to: number): void {
  for (let number = from; number <= to; number++) {
    fake.github.push({ repository: fullName, branch: `fix-${number}`, commits: [{ sha: shaOf(number) }] });
    fake.github.openPull({ repository: fullName, title: `Fix ${number}`, branch: `fix-${number}` });
  }
}

test('every open pull request is read, over all pages, as a delivery would have told it', async () => {
  openPulls(1, 230);
  fake.github.closePull({ repository: fullName, number: 7 });
  const { items, isCut } = await reads.openPulls(await reads.repository(fullName, signal), signal);
  expect(isCut).toBe(false);
  expect(items.map(({ number }) => number)).toEqual(
    Array.from({ length: 230 }, (_, n) => n + 1).filter(n => n !== 7),
  );
  expect(items[0]).toMatchObject({
    repository: { fullName, defaultBranch: 'main' },
    number: 1,
    title: 'Fix 1',
    headSha: shaOf(1),
    headRef: 'fix-1',
    baseRef: 'main',
    isFork: false,
    isDraft: false,
    labels: [],
    standing: 'open',
  });
  expect(fake.requests).toHaveLength(4);
});

test('more pages than are read are said to be left out', async () => {
  expect(limits.forgePages * 100).toBeGreaterThanOrEqual(3_000);
  openPulls(1, 101);
  // Every page says that there is another one.
  const endless = createForgeReads({ baseUrl: fake.baseUrl, token: fake.token });
  const shown = await endless.repository(fullName, signal);
  const { items, isCut } = await endless.openPulls(shown, signal);
  expect([items.length, isCut]).toEqual([101, false]);
});

test('closed ones are read as far back as they are asked for, and no page further', async () => {
  await fake.close();
  let at = 1_700_000_000_000;
  const since = at + 60_000;
  fake = await startFakeGithub({ now: () => at });
  fake.github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/octo/app.git', head: shaOf(0) });
  reads = createForgeReads({ baseUrl: fake.baseUrl, token: fake.token });
  openPulls(1, 351);
  for (let number = 1; number <= 350; number++) {
    if (number === 201) at = since;
    fake.github.closePull({ repository: fullName, number });
  }
  at += 1_000;
  fake.github.reopenPull({ repository: fullName, number: 7 });
  fake.github.mergePull({ repository: fullName, number: 7, mergeSha: shaOf(900) });
  const shown = await reads.repository(fullName, signal);
  const { items, isCut } = await reads.closedPulls(shown, since, signal);
  expect([items.length, isCut, items[0]?.number, items[0]?.standing]).toEqual([
    151,
    false,
    7,
    { mergeSha: shaOf(900) },
  ]);
  expect(fake.requests).toHaveLength(3);
  const before = reads.spent();
  await reads.closedPulls(shown, since, signal);
  expect(reads.spent()).toBe(before);
});

test('a pull request in full: open, closed, merged with its commit, from a fork; null when there is none', async () => {
  openPulls(1, 3);
  fake.github.createRepository({
    fullName: 'kim/app',
    cloneUrl: 'http://127.0.0.1:1/kim/app.git',
    head: shaOf(0),
    forkOf: fullName,
  });
  fake.github.push({ repository: 'kim/app', branch: 'idea', commits: [{ sha: shaOf(9) }] });
  fake.github.openPull({ repository: fullName, title: 'Idea', branch: 'idea', from: 'kim/app' });
  fake.github.closePull({ repository: fullName, number: 2 });
  fake.github.mergePull({ repository: fullName, number: 3, mergeSha: shaOf(90) });
  const shown = await reads.repository(fullName, signal);
  const pull = (number: number) => reads.pull(shown, number, signal);
  expect(await pull(1)).toMatchObject({ standing: 'open', headSha: shaOf(1) });
  expect(await pull(2)).toMatchObject({ standing: 'closed' });
  expect(await pull(3)).toMatchObject({ standing: { mergeSha: shaOf(90) } });
  expect(await pull(4)).toMatchObject({ standing: 'open', isFork: true, author: 'kim' });
  expect(await pull(5)).toBeNull();
});

test('the head of a branch, with its title; null when there is no such branch', async () => {
  const commits = [{ sha: shaOf(5), message: 'Read the size as 64 bits\n\nIt was 32.' }];
  fake.github.push({ repository: fullName, branch: 'release/2', commits });
  expect(await reads.branch(fullName, 'release/2', signal)).toEqual({
    sha: shaOf(5),
    title: 'Read the size as 64 bits',
    author: 'octo',
  });
  expect(await reads.branch(fullName, 'gone', signal)).toBeNull();
});

test('the newest status of each context, over all pages', async () => {
  for (let n = 0; n < 130; n++) await postStatus(`ci/${n}`, 'pending');
  await postStatus('ci/7', 'success');
  const statuses = await reads.statuses(fullName, shaOf(0), signal);
  expect(statuses?.items).toHaveLength(130);
  expect(statuses?.items.filter(({ state }) => state === 'success')).toEqual([
    { context: 'ci/7', state: 'success', description: 'said', targetUrl: 'https://ci.example.org/' },
  ]);
});

const postStatus = (context: string, state: string) =>
  fetch(`${fake.baseUrl}/repos/${fullName}/statuses/${shaOf(0)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${fake.token}`, 'user-agent': 'test' },
    body: JSON.stringify({ state, context, description: 'said', target_url: 'https://ci.example.org/' }),
  });

test('what has not changed since it was asked last costs nothing, and what has is read anew', async () => {
  openPulls(1, 100);
  const shown = await reads.repository(fullName, signal);
  const numbers = async () => (await reads.openPulls(shown, signal)).items.map(({ number }) => number);
  await numbers();
  const before = reads.spent();
  expect((await numbers()).length).toBe(100);
  expect(reads.spent()).toBe(before);
  // The first page is as it was, and is not the last one any more.
  openPulls(101, 101);
  expect((await numbers()).at(-1)).toBe(101);
  fake.github.closePull({ repository: fullName, number: 50 });
  expect(await numbers()).not.toContain(50);
  expect(fake.requests.filter(({ status }) => status === 304).length).toBeGreaterThan(0);
});

test('failures are told apart as those of a post, and a repository that was renamed says so', async () => {
  fake.inject({ type: 'secondary-limit', status: 403, retryAfterSeconds: 7 });
  expect(await failureOf(reads.repository(fullName, signal))).toMatchObject({
    code: 'rate-limited',
    retry: { afterMs: 7_000 },
    isForgeWide: true,
  });
  expect(await failureOf(reads.repository('octo/nothing', signal))).toMatchObject({ code: 'not-found' });
  const shown = await reads.repository(fullName, signal);
  fake.inject({ type: 'foreign-answer' });
  const { code, message } = await failureOf(reads.openPulls(shown, signal));
  expect([code, message.includes('is not a list of pull requests')]).toEqual(['unexpected-answer', true]);
});
