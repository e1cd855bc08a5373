import { expect, test } from 'vitest';
import { numberOf } from '#coordinator/demo/github-stand-in/account-json.ts';
import type { HookEvent } from '#coordinator/demo/github-stand-in/records.ts';
import { readDelivery } from '#coordinator/github/read-delivery.ts';
import { exampleOf, officialExamples } from './official-examples.ts';
import { createSmallGithub, fullName, shaOf } from './small-github.ts';

const read = (events: HookEvent[]) => events.map(({ event, payload }) => readDelivery(event, payload));

const count = (event: string): Record<string, number> => {
  const kinds: Record<string, number> = {};
  for (const { action, payload } of officialExamples.filter(example => example.event === event)) {
    const kind = `${action}: ${readDelivery(event, payload).type}`;
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return kinds;
};

test('none of the 329 official examples is malformed, and every refusal is a sentence', () => {
  const intents = officialExamples.map(({ event, payload }) => readDelivery(event, payload));
  expect(intents).toHaveLength(329);
  for (const intent of intents) {
    expect(intent.type).not.toBe('malformed');
    if (intent.type === 'not-acted-on') expect(intent.why).toMatch(/^[A-Zr].{10,}\.$/);
  }
});

test('the official examples of pull requests, pushes, checks and pings read as what they are', () => {
  expect(count('pull_request')).toMatchObject({
    'opened: pull-changed': 4,
    'synchronize: pull-changed': 1,
    'reopened: pull-changed': 2,
    'ready_for_review: pull-changed': 3,
    'closed: pull-closed': 2,
    'labeled: pull-touched': 2,
    'converted_to_draft: pull-touched': 3,
  });
  expect(count('push')).toEqual({ ': push': 2, ': not-acted-on': 5 });
  expect(count('check_run')).toEqual({
    'created: not-acted-on': 3,
    'completed: not-acted-on': 3,
    'requested_action: button-pressed': 1,
    'rerequested: rerun-requested': 2,
  });
  expect(count('check_suite')).toEqual({
    'completed: not-acted-on': 4,
    'requested: not-acted-on': 3,
    'rerequested: rerun-requested': 2,
  });
  expect(count('ping')).toEqual({ ': ping': 4 });
});

test('an opened pull request names its head, its base and where it comes from', () => {
  const { events } = createSmallGithub().openPull({
    repository: fullName,
    title: 'Fix it',
    branch: 'fix',
    author: 'ada',
  });
  expect(read(events)).toEqual([
    {
      type: 'pull-changed',
      action: 'opened',
      before: null,
      repository: {
        fullName,
        cloneUrl: 'http://127.0.0.1:1/octo/app.git',
        isPrivate: false,
        defaultBranch: 'main',
      },
      number: 1,
      title: 'Fix it',
      author: 'ada',
      authorId: numberOf('ada'),
      association: 'NONE',
      pushedBy: 'ada',
      headSha: shaOf(1),
      headRef: 'fix',
      baseRef: 'main',
      baseSha: shaOf(0),
      isFork: false,
      isDraft: false,
      labels: [],
      updatedAt: 1_700_000_002_000,
    },
  ]);
});

test('a push to a pull request is a push and a change that names the head it replaced', () => {
  const github = createSmallGithub();
  github.openPull({ repository: fullName, title: 'Fix it', branch: 'fix' });
  const commits = [{ sha: shaOf(2) }, { sha: shaOf(3), message: 'Mend it\n\nFor good.' }];
  const [pushed, changed] = read(github.push({ repository: fullName, branch: 'fix', commits }));
  expect(pushed).toMatchObject({
    type: 'push',
    branch: 'fix',
    before: shaOf(1),
    after: shaOf(3),
    commits: [shaOf(2), shaOf(3)],
    headTitle: 'Mend it',
    isCreated: false,
    isForced: false,
    pusher: 'octo',
  });
  expect(changed).toMatchObject({
    action: 'synchronize',
    before: shaOf(1),
    headSha: shaOf(3),
    pushedBy: 'octo',
  });
});

test('a merge is a closed pull request with the commit that landed, and a push of it', () => {
  const github = createSmallGithub();
  github.openPull({ repository: fullName, title: 'Fix it', branch: 'fix' });
  const events = github.mergePull({
    repository: fullName,
    number: 1,
    mergeSha: shaOf(9),
    commits: [shaOf(1), shaOf(9)],
  });
  expect(read(events)).toMatchObject([
    { type: 'pull-closed', merged: { mergeSha: shaOf(9), baseRef: 'main' }, headSha: shaOf(1) },
    { type: 'push', branch: 'main', before: shaOf(0), after: shaOf(9), commits: [shaOf(1), shaOf(9)] },
  ]);
});

test('a pull request that is closed unmerged has landed nothing', () => {
  const github = createSmallGithub();
  github.openPull({ repository: fullName, title: 'Fix it', branch: 'fix' });
  const [closed] = read(github.closePull({ repository: fullName, number: 1 }));
  expect(closed).toMatchObject({ type: 'pull-closed', merged: null });
});

test('a change from a fork says so, also when the fork is gone by then', () => {
  const github = createSmallGithub();
  const fork = {
    fullName: 'stranger/app',
    cloneUrl: 'http://127.0.0.1:1/x',
    head: shaOf(0),
    forkOf: fullName,
  };
  github.createRepository(fork);
  github.push({ repository: fork.fullName, branch: 'gift', commits: [{ sha: shaOf(5) }] });
  const opened = github.openPull({
    repository: fullName,
    from: fork.fullName,
    title: 'Gift',
    branch: 'gift',
  });
  github.deleteRepository(fork);
  const closed = github.closePull({ repository: fullName, number: opened.number });
  expect(read([...opened.events, ...closed])).toMatchObject([
    { isFork: true, author: 'stranger' },
    { isFork: true },
  ]);
});

test.each([
  ['another number', { id: 1 }],
  ['another name', { full_name: 'stranger/app' }],
])('a head repository with %s is a fork: both have to agree before anything is trusted', (_, change) => {
  const payload = exampleOf('pull_request', 'synchronize');
  expect(readDelivery('pull_request', payload)).toMatchObject({ isFork: false });
  Object.assign(Object(payload.pull_request).head.repo, change);
  expect(readDelivery('pull_request', payload)).toMatchObject({ isFork: true });
});

test('deleted branches and tags are not acted on, each with its reason; a merge may hang on labels and drafts', () => {
  const github = createSmallGithub();
  github.openPull({ repository: fullName, title: 'Fix it', branch: 'fix' });
  const ref = { repository: fullName, number: 1 };
  const intents = read([
    ...github.deleteBranch({ repository: fullName, branch: 'fix' }),
    ...github.pushTag({ repository: fullName, tag: 'v1', sha: shaOf(0) }),
    ...github.labelPull({ ...ref, label: 'bug' }),
    ...github.convertToDraft(ref),
    ...github.unlabelPull({ ...ref, label: 'bug' }),
  ]);
  expect(intents).toMatchObject([
    { type: 'not-acted-on', why: 'refs/heads/fix was deleted: there is nothing to test.' },
    { type: 'not-acted-on', why: 'refs/tags/v1 is not a branch.' },
    { type: 'pull-touched', number: 1, labels: ['bug'], labeled: 'bug' },
    { type: 'pull-touched', number: 1, labels: ['bug'], labeled: null },
    { type: 'pull-touched', number: 1, labels: [], labeled: null },
  ]);
});

test('a new branch has no commit before it', () => {
  const github = createSmallGithub();
  const [pushed] = read(github.push({ repository: fullName, branch: 'new', commits: [{ sha: shaOf(4) }] }));
  expect(pushed).toMatchObject({ type: 'push', before: null, isCreated: true });
});

test('asking for a re-run names the commit and the check', () => {
  const events = createSmallGithub().requestRerun({
    repository: fullName,
    branch: 'fix',
    name: 'paddock',
    externalId: 'run_1',
  });
  expect(read(events)).toMatchObject([
    { type: 'rerun-requested', headSha: shaOf(1), check: { name: 'paddock', externalId: 'run_1' } },
  ]);
});

test('a button that was pressed is told with its check and by whom; without either it asks for nothing', () => {
  const payload = exampleOf('check_run', 'requested_action');
  expect(readDelivery('check_run', payload)).toMatchObject({
    type: 'button-pressed',
    headSha: '5bd5f196a46b8222fb7484f05faba41a73cf34bd',
    externalId: null,
    by: expect.stringMatching(/^\w+$/),
  });
  expect(readDelivery('check_run', { ...payload, requested_action: null })).toEqual({
    type: 'malformed',
    message: 'requested_action: missing although a button was pressed',
  });
  expect(readDelivery('check_run', { ...payload, sender: null })).toMatchObject({ type: 'not-acted-on' });
});
