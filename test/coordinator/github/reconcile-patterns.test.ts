/** Repositories that only a pattern of the configuration covers, and of which nothing has told. */
import { afterEach, expect, test } from 'vitest';
import { chooseUnknown } from '#coordinator/github/reconcile/find-repositories.ts';
import { listRepositories } from '#coordinator/store/repositories.ts';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';
import { type GithubLab, openGithubLab, repository } from '../support/github-lab.ts';
import { commitOf } from '../support/rows.ts';

const second = 'acme/second';
let lab: GithubLab;
afterEach(async () => {
  expect(lab.fake.violations).toEqual([]);
  expect(lab.errors).toEqual([]);
  await lab.close();
});

async function openLab(options: Parameters<typeof openGithubLab>[0]): Promise<void> {
  lab = await openGithubLab({ pattern: 'acme/*', ...options });
  lab.github.addOrganization('acme');
}
const known = async () => (await listRepositories(lab.store.read)).map(({ fullName }) => fullName).sort();
const addSecond = () =>
  lab.github.createRepository({
    ...{ fullName: second, cloneUrl: `https://github.example.org/${second}.git`, head: commitOf(1) },
  });
function openPull(where: string, n: number): void {
  lab.github.push({ repository: where, branch: 'fix', commits: [{ sha: lab.commit(n, { on: 1 }) }] });
  lab.github.openPull({ repository: where, title: 'Fix', branch: 'fix' });
}
const statesOf = (where: string, n: number) =>
  lab.github.statusesOf(where, commitOf(n)).map(({ state }) => state);
const health = () => lab.brain.reconciler?.health();

test.each([
  ['a token', {}],
  ['an App', { isApp: true }],
])(
  'with %s a repository that no webhook has told of is found, and its pull requests tested',
  async (_, options) => {
    await openLab(options);
    await lab.settle();
    expect(await known()).toEqual([repository]);
    addSecond();
    openPull(second, 2);
    await lab.settle();
    expect(await known()).toEqual([repository, second]);
    await lab.settle();
    expect(statesOf(second, 2)).toEqual(['pending']);
    expect(lab.said).toContain('acme/second is covered by acme/*, and nothing had told of it');
    // It, the other one, and the pull request.
    expect(lab.repairs()).toBe(3);
    expect(health()).toMatchObject({ failure: null, unlisted: [] });
  },
);

test('without anything new a pass costs nothing of the quota', async () => {
  await openLab({});
  addSecond();
  for (let times = 0; times < 3; times++) await lab.settle();
  const seen = lab.fake.requests.length;
  await lab.settle();
  const answers = lab.fake.requests.slice(seen);
  expect(answers.map(({ path }) => path)).toContain('/orgs/acme/repos');
  expect([...new Set(answers.map(({ status }) => status))]).toEqual([304]);
});

test('what is archived or is covered by no pattern is not found', async () => {
  await openLab({ pattern: 'acme/r*' });
  addSecond();
  lab.github.createRepository({
    fullName: 'acme/rust',
    cloneUrl: 'https://github.example.org/a.git',
    head: commitOf(1),
  });
  lab.github.retireRepository('acme/rust', 'archived');
  await lab.settle();
  expect(await known()).toEqual([repository]);
});

test('a list that is refused is told of, and what is known is looked at all the same', async () => {
  await openLab({});
  await lab.settle();
  lab.github.addOrganization('acme', 'refused');
  openPull(repository, 2);
  await lab.settle();
  expect(statesOf(repository, 2)).toEqual(['pending']);
  expect(health()?.unlisted).toEqual([
    expect.stringContaining('the token may not list the repositories of acme (HTTP 403)'),
  ]);
  lab.github.addOrganization('acme', 'member');
  await lab.settle();
  expect(health()?.unlisted).toEqual([]);
});

test('an App that is installed nowhere a pattern covers is told of', async () => {
  await openLab({ isApp: true, pattern: 'other/*' });
  await lab.settle();
  expect(health()?.unlisted).toEqual([
    expect.stringContaining('the App is installed on no account that other/* covers'),
  ]);
});

test('a list that GitHub cannot make ends a pass, which comes again', async () => {
  await openLab({});
  await lab.settle();
  openPull(repository, 2);
  addSecond();
  // The repository, its pull requests, its branch and the list, once what is known has been asked for.
  const isListed = () => lab.fake.requests.filter(({ path }) => path === '/orgs/acme/repos').length;
  const before = isListed();
  lab.brain.reconciler?.begin();
  lab.github.addOrganization('acme', 'broken');
  await lab.settle();
  expect(isListed()).toBeGreaterThan(before);
  expect(statesOf(repository, 2)).toEqual(['pending']);
  expect(health()).toMatchObject({ unlisted: [expect.stringContaining('GitHub failed')] });
  lab.github.addOrganization('acme', 'member');
  await lab.settle();
  expect(await known()).toEqual([repository, second]);
});

test('a webhook of it that comes at the same time makes it no second one', async () => {
  await openLab({});
  await lab.settle();
  addSecond();
  lab.github.push({ repository: second, branch: 'fix', commits: [{ sha: lab.commit(2, { on: 1 }) }] });
  const { events } = lab.github.openPull({ repository: second, title: 'Fix', branch: 'fix' });
  lab.pass(10 * 60_000);
  lab.brain.reconciler?.begin();
  await lab.deliver(...events);
  await until('it is known', async () => (await known()).length === 2);
  await lab.settle();
  expect(statesOf(second, 2)).toEqual(['pending']);
});

const at = (fullName: string, pushedAt: string) => ({ fullName, pushedAt });

test('those that were pushed to last come first, as many as there is room for', async () => {
  lab = await openGithubLab();
  const listed = [
    at('acme/a', '2026-01-01'),
    at('acme/b', '2026-03-01'),
    at('acme/C', '2026-02-01'),
    at('x/y', ''),
  ];
  const facts = { listed, patterns: ['acme/*'], known: ['ACME/c'] };
  expect(chooseUnknown({ ...facts, room: limits.patternRepositories })).toEqual({
    found: [
      { repository: 'acme/b', pattern: 'acme/*' },
      { repository: 'acme/a', pattern: 'acme/*' },
    ],
    left: 0,
  });
  expect(chooseUnknown({ ...facts, room: 1 })).toMatchObject({ found: [{ repository: 'acme/b' }], left: 1 });
  expect(chooseUnknown({ ...facts, room: -1 })).toEqual({ found: [], left: 2 });
});
