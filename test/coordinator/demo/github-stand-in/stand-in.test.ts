import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HookEvent } from '#coordinator/demo/github-stand-in/records.ts';
import { type GithubStandIn, startGithubStandIn } from '#coordinator/demo/github-stand-in/stand-in.ts';
import { type Contract, loadContract } from '#test/support/github-openapi/contract.ts';

const repository = 'octo/app';
const sha = (letter: string): string => letter.repeat(40);

let contract: Contract;
let standIn: GithubStandIn;
let token: string;

beforeEach(async () => {
  contract = await loadContract();
  token = 'demo-token';
  standIn = await startGithubStandIn({ token });
  standIn.github.createRepository({ fullName: repository, cloneUrl: 'http://127.0.0.1:1/x', head: sha('a') });
});
afterEach(() => standIn.close());

/** One of everything that GitHub would send. */
function liveABusyDay(): HookEvent[] {
  const { github } = standIn;
  const events = [
    ...github.ping({ repository }),
    ...github.push({ repository, branch: 'fix', commits: [{ sha: sha('b') }] }),
    ...github.openPull({ repository, title: 'Fix', branch: 'fix' }).events,
    ...github.push({ repository, branch: 'fix', commits: [{ sha: sha('c') }] }),
  ];
  const pull = { repository, number: 1 };
  return [
    ...events,
    ...github.labelPull({ ...pull, label: 'bug' }),
    ...github.unlabelPull({ ...pull, label: 'bug' }),
    ...github.reviewPull({ ...pull, by: 'ada', state: 'APPROVED' }),
    ...github.dismissReview({ ...pull, of: 'ada' }),
    ...github.changeBase({ ...pull, base: 'main' }),
    ...github.convertToDraft(pull),
    ...github.markReady(pull),
    ...github.comment({ ...pull, by: 'octo', body: '/paddock test' }),
    ...github.closePull(pull),
    ...github.reopenPull(pull),
    ...github.mergePull({ ...pull, mergeSha: sha('d') }),
    ...github.requestRerun({ repository, branch: 'fix', name: 'paddock' }),
    ...github.requestSuiteRerun({ repository, branch: 'fix' }),
    ...github.deleteBranch({ repository, branch: 'fix' }),
    ...github.pushTag({ repository, tag: 'v1', sha: sha('d') }),
    ...github.requestMergeGroup({ repository, base: 'main', sha: sha('e') }),
    ...github.destroyMergeGroup({ repository, base: 'main', sha: sha('e'), reason: 'merged' }),
    ...github.changeRole({ repository, login: 'kim', permission: 'read' }),
    ...github.changeRole({ repository, login: 'kim', permission: 'admin' }),
    ...github.changeRole({ repository, login: 'kim', permission: null }),
    ...github.changeVisibility({ repository, isPrivate: true }),
    ...github.changeVisibility({ repository, isPrivate: false }),
    ...github.leaveOrganization({ organization: 'octo', login: 'kim' }),
  ];
}

const nameOf = ({ event, payload }: HookEvent): string =>
  [event, payload.action ?? []].flat().join('-').replaceAll('_', '-');

test('every webhook fits the description that GitHub publishes of it', () => {
  const events = liveABusyDay();
  expect(events.map(nameOf)).toMatchInlineSnapshot(`
    [
      "ping",
      "push",
      "pull-request-opened",
      "push",
      "pull-request-synchronize",
      "pull-request-labeled",
      "pull-request-unlabeled",
      "pull-request-review-submitted",
      "pull-request-review-dismissed",
      "pull-request-edited",
      "pull-request-converted-to-draft",
      "pull-request-ready-for-review",
      "issue-comment-created",
      "pull-request-closed",
      "pull-request-reopened",
      "pull-request-closed",
      "push",
      "check-run-rerequested",
      "check-suite-rerequested",
      "push",
      "push",
      "merge-group-checks-requested",
      "merge-group-destroyed",
      "member-added",
      "member-edited",
      "member-removed",
      "repository-privatized",
      "repository-publicized",
      "organization-member-removed",
    ]
  `);
  for (const event of events) expect(contract.checkWebhook(nameOf(event), event.payload)).toEqual([]);
  // Each of the descriptions is compiled for it.
}, 120_000);

test('the check of webhooks sees a missing and a mistyped field', () => {
  const [, pushed] = liveABusyDay();
  const { before: _, ...payload } = pushed?.payload ?? {};
  expect(contract.checkWebhook('push', { ...payload, forced: 'no' })).toEqual([
    expect.stringContaining("'before'"),
    expect.stringContaining('/forced must be boolean'),
  ]);
});

async function answerTo(method: string, path: string, body?: unknown) {
  const url = new URL(standIn.baseUrl + path);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(url, { method, headers, ...sent });
  const answer: unknown = await response.json();
  const request = { method, path: url.pathname, query: url.searchParams, body };
  return {
    status: response.status,
    answer,
    problems: contract.checkAnswer(request, response.status, answer),
  };
}

test.each([
  '',
  '/pulls',
  '/pulls?state=all&per_page=1',
  '/pulls/1',
  '/branches/main',
  '/collaborators/octo/permission',
  '/commits/main/status',
  '/commits/main/statuses',
])('the answer to GET /repos/octo/app%s fits the description that GitHub publishes', async path => {
  liveABusyDay();
  await answerTo('POST', `/repos/octo/app/statuses/${sha('d')}`, { state: 'success', context: 'paddock' });
  expect(await answerTo('GET', `/repos/octo/app${path}`)).toMatchObject({ status: 200, problems: [] });
});

test.each([
  '/orgs/octo/repos?sort=created&direction=asc&per_page=100&page=1',
  '/users/octo/repos?sort=created&direction=asc&per_page=100&page=1',
  '/user/repos?affiliation=owner&per_page=100',
])('a list of repositories, GET %s, fits the description', async path => {
  standIn.github.createRepository({
    fullName: 'ci-robot/own',
    cloneUrl: 'http://127.0.0.1:1/x',
    head: sha('a'),
  });
  standIn.github.retireRepository('ci-robot/own', 'archived');
  standIn.github.addOrganization('octo');
  liveABusyDay();
  const { answer, ...said } = await answerTo('GET', path);
  expect(said).toEqual({ status: 200, problems: [] });
  expect(answer).not.toEqual([]);
});

test('a posted status is answered as GitHub does, and shown at the commit', async () => {
  const posted = {
    state: 'failure',
    context: 'paddock/debian-12',
    description: 'failed',
    target_url: 'https://x.example',
  };
  const created = await answerTo('POST', `/repos/octo/app/statuses/${sha('a')}`, posted);
  expect(created).toMatchObject({ status: 201, problems: [], answer: posted });
  expect(await answerTo('GET', '/repos/octo/app/commits/main/status')).toMatchObject({
    answer: { state: 'failure', total_count: 1, statuses: [posted] },
  });
});

test('checks, comments and reactions are answered as GitHub does', async () => {
  await standIn.close();
  token = 'ghs_token';
  standIn = await startGithubStandIn({ token });
  standIn.github.createRepository({ fullName: repository, cloneUrl: 'http://127.0.0.1:1/x', head: sha('a') });
  liveABusyDay();
  const annotation = { path: 'a.c', start_line: 1, end_line: 1, annotation_level: 'failure', message: 'no' };
  const output = { title: 'failed', summary: 'all of it', annotations: [annotation] };
  const api = '/repos/octo/app';
  const check = await answerTo('POST', `${api}/check-runs`, { name: 'Paddock', head_sha: sha('a'), output });
  const comment = await answerTo('POST', `${api}/issues/1/comments`, { body: 'hello' });
  const idOf = ({ answer }: { answer: unknown }) => (answer as { id: number }).id;
  const answers = [
    check,
    await answerTo('PATCH', `${api}/check-runs/${idOf(check)}`, { status: 'in_progress' }),
    await answerTo('GET', `${api}/commits/${sha('a')}/check-runs?check_name=Paddock&filter=all`),
    await answerTo('GET', `${api}/check-runs/${idOf(check)}/annotations`),
    comment,
    await answerTo('PATCH', `${api}/issues/comments/${idOf(comment)}`, { body: 'again' }),
    await answerTo('GET', `${api}/issues/1/comments`),
    await answerTo('POST', `${api}/issues/comments/${idOf(comment)}/reactions`, { content: 'eyes' }),
    await answerTo('POST', `${api}/issues/comments/${idOf(comment)}/reactions`, { content: 'eyes' }),
  ];
  expect(answers.map(({ status, problems }) => [status, problems])).toEqual(
    [201, 200, 200, 200, 201, 200, 200, 201, 200].map(status => [status, []]),
  );
});

test.each([
  ['nothing was posted', [], 'pending'],
  ['all succeeded', ['success', 'success'], 'success'],
  ['one is pending', ['success', 'pending'], 'pending'],
  ['one failed', ['pending', 'failure'], 'failure'],
  ['one is an error', ['success', 'error'], 'failure'],
])('the combined status when %s', async (_, states, combined) => {
  for (const [index, state] of states.entries())
    await answerTo('POST', `/repos/octo/app/statuses/${sha('a')}`, { state, context: `c${index}` });
  const { answer } = await answerTo('GET', '/repos/octo/app/commits/main/status');
  expect(answer).toMatchObject({ state: combined });
});

test('pull requests are listed by state', async () => {
  const { github } = standIn;
  for (const branch of ['one', 'two']) {
    github.push({ repository, branch, commits: [{ sha: sha(branch === 'one' ? 'b' : 'c') }] });
    github.openPull({ repository, title: branch, branch });
  }
  github.closePull({ repository, number: 1 });
  const numbers = async (query: string) => (await answerTo('GET', `/repos/octo/app/pulls${query}`)).answer;
  expect(await numbers('')).toMatchObject([{ number: 2 }]);
  expect(await numbers('?state=closed')).toMatchObject([{ number: 1 }]);
  expect(await numbers('?state=all')).toMatchObject([{ number: 2 }, { number: 1 }]);
  expect(await numbers('?head=octo:two')).toMatchObject([{ number: 2 }]);
});

test('what GitHub would not let happen is a mistake of the caller', () => {
  const { github } = standIn;
  expect(() => github.openPull({ repository, title: 'Fix', branch: 'none' })).toThrow('has no branch none');
  github.push({ repository, branch: 'fix', commits: [{ sha: sha('b') }] });
  github.openPull({ repository, title: 'Fix', branch: 'fix' });
  github.mergePull({ repository, number: 1, mergeSha: sha('c') });
  expect(() => github.closePull({ repository, number: 1 })).toThrow('is not open');
  expect(() => github.push({ repository: 'octo/none', branch: 'x', commits: [] })).toThrow('no repository');
});

test('a pull request knows the commits that were pushed for it, and forgets those that a force has replaced', () => {
  const { github } = standIn;
  const push = (letters: string, isForced = false) =>
    github.push({
      repository,
      branch: 'fix',
      commits: [...letters].map(letter => ({ sha: sha(letter) })),
      isForced,
    });
  push('b');
  const { number } = github.openPull({ repository, title: 'Fix', branch: 'fix' });
  const commits = () =>
    github
      .pullRequest(repository, number)
      ?.commits.map(([letter]) => letter)
      .join('');
  expect(commits()).toBe('b');
  push('cd');
  expect(commits()).toBe('bcd');
  push('e', true);
  expect(commits()).toBe('e');
  expect(github.pullRequest(repository, 7)).toBeNull();
  github.mergePull({ repository, number, mergeSha: sha('f') });
  expect(github.messageOf(repository, sha('f'))).toBe('Merge pull request #1 from octo/fix\n\nFix');
});
