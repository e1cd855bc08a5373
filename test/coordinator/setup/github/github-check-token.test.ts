import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TokenRecord } from '#coordinator/demo/github-stand-in/records.ts';
import { diagnosis } from '#shared/diagnosis.ts';
import { fullName } from '../../github/small-github.ts';
import { type CheckLab, openCheckLab, toldOf } from './check-lab.ts';

let of: CheckLab;
beforeEach(async () => {
  of = await openCheckLab();
  // The token of the fake GitHub is what the file holds.
  await of.write('hook', of.lab.fake.token);
});
afterEach(() => of.close());

const asToken = 'token: { file: hook }';
const withHooks = `${asToken}, webhook-secrets: [{ file: hook }]`;
const limit = (more: Partial<TokenRecord>) =>
  of.lab.fake.github.limitToken({ scopes: null, permissions: null, expiresAt: null, mayPush: true, ...more });

test.each([
  ['repo', 0, []],
  ['public_repo', 0, ['token: without the scope `repo` private repositories are not seen']],
  ['repo:status', 0, [expect.stringContaining('with `repo:status` alone comments are not answered')]],
  ['gist', 2, []],
])('a classic token with the scope %s', async (scope, code, warnings) => {
  limit({ scopes: [scope] });
  await of.configure(asToken);
  const found = await of.check();
  expect([found.code, toldOf(found, 'warning')]).toEqual([code, warnings]);
  expect(toldOf(found, 'good')[0]).toBe(`token: classic, of ci-robot with ${scope}`);
  expect(of.lab.fake.violations).toEqual([]);
});

test('a fine-grained token is tried, and nothing is written by that', async () => {
  limit({ permissions: { pull_requests: 'read' }, expiresAt: Date.now() + 3 * 86_400_000 });
  await of.configure(withHooks);
  const found = await of.check();
  expect(toldOf(found, 'bad')).toEqual([
    `repositories: ${fullName}: the token lacks the permission "Commit statuses": no status is shown beside a commit, and branch protection waits for ever`,
  ]);
  expect(toldOf(found, 'warning')).toEqual([
    expect.stringMatching(/^token: it ends on \d{4}-\d\d-\d\d: then no status is shown$/),
    `webhook: ${fullName}: the token may not look at webhooks`,
  ]);
  limit({ permissions: { pull_requests: 'read', statuses: 'write', repository_hooks: 'read' } });
  of.lab.fake.github.addHook({
    repository: fullName,
    url: `${of.receiver.url}/hooks/github`,
    events: ['*'],
    lastCode: 202,
  });
  expect(await of.check()).toMatchObject({ code: 0 });
  expect(of.lab.fake.statuses()).toEqual([]);
});

test('a webhook of a repository that lacks an event, and one that did not arrive', async () => {
  limit({ scopes: ['repo'] });
  await of.configure(withHooks);
  const url = `${of.receiver.url}/hooks/github`;
  const events = ['pull_request', 'push', 'pull_request_review', 'merge_group'];
  of.lab.fake.github.addHook({ repository: fullName, url, events, lastCode: 401, contentType: 'form' });
  const found = await of.check();
  expect(toldOf(found, 'warning')).toEqual([
    `webhook: ${fullName} is not told of "Issue comments": \`/paddock …\` in a comment does nothing`,
  ]);
  expect(toldOf(found, 'bad')).toEqual([
    'webhook: it sends form: nothing is understood',
    `webhook: ${fullName}: the secret is wrong (401)`,
  ]);
  const doctor = of.lab.start('doctor', '--json');
  await doctor.ended;
  expect(toldOf(diagnosis.parse(JSON.parse(doctor.stdout())), 'warning')).toContain(
    `webhook: ${fullName}: the secret is wrong (401)`,
  );
});

test('a repository that the token does not see, and one that its owner may not write to', async () => {
  limit({ scopes: ['repo'], mayPush: false });
  await of.configure(asToken);
  expect(toldOf(await of.check(), 'bad')).toEqual([
    expect.stringContaining('ci-robot may not write to octo/app'),
  ]);
  await of.configure(asToken, of.receiver.url, 'octo/nothing');
  expect(toldOf(await of.check(), 'bad')).toEqual([expect.stringContaining('octo/nothing does not exist')]);
});

test('what a pattern finds is counted, and an organization that may not be listed is told of', async () => {
  const { github } = of.lab.fake;
  limit({ scopes: ['repo'] });
  github.addOrganization('octo');
  for (const name of ['octo/tool', 'octo/old'])
    github.createRepository({ fullName: name, cloneUrl: 'http://127.0.0.1:1/x', head: 'a'.repeat(40) });
  github.retireRepository('octo/old', 'archived');
  await of.configure(asToken, of.receiver.url, "'octo/*'");
  const found = await of.check();
  expect(found.code).toBe(0);
  expect(toldOf(found, 'good')).toContain(
    'repositories: octo: octo/* covers 2 of 2 repositories, which are found by themselves',
  );
  await of.configure(asToken, of.receiver.url, "'octo/x*'");
  expect(toldOf(await of.check(), 'warning')).toEqual([
    'repositories: octo: octo/x* covers none of the 2 repositories that can be tested there',
  ]);
  github.addOrganization('octo', 'refused');
  const refused = await of.check();
  expect([refused.code, toldOf(refused, 'warning')]).toEqual([
    0,
    [
      'repositories: the token may not list the repositories of octo (HTTP 403), so that what only a pattern names there is not found before a webhook tells of it',
    ],
  ]);
  expect(of.lab.fake.violations).toEqual([]);
});
