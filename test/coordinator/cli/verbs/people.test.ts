/** `paddock token`, `people` and `sessions`, as people type them. */
import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { BrowserSessionView, PeopleView, TokenView } from '#shared/people-api.ts';
import {
  refusal,
  type Script,
  type ScriptedCoordinator,
  scriptedCoordinator,
} from '../support/scripted-coordinator.ts';
import { type Typed, typeCommand } from '../support/type-command.ts';

let coordinator: ScriptedCoordinator | null = null;
afterEach(async () => {
  await coordinator?.close();
  coordinator = null;
});

async function ask(answers: NonNullable<Script['answers']>, ...args: string[]): Promise<Typed> {
  coordinator = await scriptedCoordinator({ answers });
  const typed = await typeCommand(['--coordinator', coordinator.url, ...args], { columns: 120 });
  // Colours are not the story here; spaces at an end are inside them.
  return { ...typed, stdout: stripVTControlCharacters(typed.stdout).replaceAll(/ +$/gm, '') };
}

const id = (prefix: string, n: number) => `${prefix}_${String(n).padStart(26, '0')}`;
const text = `paddock_${'ab'.repeat(24)}`;
const token = (n: number, facts: Partial<TokenView> = {}) => ({
  ...{ id: id('tok', n), name: 'nightly', kind: 'program', maker: null, role: 'viewer', pattern: 'acme/*' },
  ...{ createdAt: 1, expiresAt: Date.now() + 86_400_000 * 3 - 1, lastUsedAt: null, revokedAt: null },
  ...facts,
});

test('a token is alone on standard output, once, so that it can go to a file', async () => {
  const answers = { 'POST /api/v1/tokens/programs': () => ({ body: { token: text, view: token(1) } }) };
  const create = ['token', 'create', 'nightly', '--program', '--role', 'contributor'];
  const typed = await ask(answers, ...create, '--for', 'acme/*', '--days', '30');
  expect(typed).toMatchObject({ code: 0, stdout: `${text}\n` });
  expect(typed.stderr).toContain('the only time');
  expect(coordinator?.asked[0]?.body).toEqual({
    ...{ name: 'nightly', role: 'contributor', pattern: 'acme/*', days: 30 },
  });
});

test('one’s own token is asked for without --program, as viewer', async () => {
  const answers = { 'POST /api/v1/tokens': () => ({ body: { token: text, view: token(1) } }) };
  expect(await ask(answers, 'token', 'create', 'laptop', '--for', '*')).toMatchObject({ code: 0 });
  expect(coordinator?.asked[0]?.body).toEqual({ name: 'laptop', role: 'viewer', pattern: '*' });
});

test.each([
  [['--role', 'owner', '--for', '*'], 'viewer, contributor, maintainer, admin'],
  [['--days', '366', '--for', '*'], '1 to 365'],
  [[], '--for'],
])('a wish that cannot be is refused before it is sent: %j', async (args, why) => {
  const typed = await ask({}, 'token', 'create', 'nightly', ...args);
  expect(typed.code).toBe(2);
  expect(typed.stderr).toContain(why);
  expect(coordinator?.asked).toEqual([]);
});

const listed = (...tokens: object[]) => ({ 'GET /api/v1/tokens': () => ({ body: tokens }) });

test('tokens are listed with what they can and how they stand', async () => {
  const typed = await ask(
    listed(
      token(2, { maker: 'octocat', kind: 'personal', role: 'admin', lastUsedAt: Date.now() - 3_600_000 }),
      token(1, { revokedAt: 1 }),
      token(0, { expiresAt: 1 }),
    ),
    ...['token', 'list'],
  );
  expect(typed.stdout.split('\n')).toMatchObject([
    expect.stringMatching(
      /^tok_0+2 {2}nightly {2}admin {3}acme\/\* {2}octocat {12}for 3 days {2}used 1 h ago$/,
    ),
    expect.stringMatching(/^tok_0+1 .* the administrator {2}revoked {5}never used$/),
    expect.stringMatching(/expired/),
    '',
  ]);
});

test('a token is revoked by its name where only one has it, else by its id', async () => {
  const revoke = { [`POST /api/v1/tokens/${id('tok', 1)}/revoke`]: () => ({ body: token(1) }) };
  const one = listed(token(1), token(2, { revokedAt: 1 }), token(3, { name: 'other' }));
  expect(await ask({ ...one, ...revoke }, 'token', 'revoke', 'nightly')).toMatchObject({
    code: 0,
    stdout: 'nightly is revoked; it is refused from now on\n',
  });
  const two = await ask({ ...listed(token(1), token(2)), ...revoke }, 'token', 'revoke', 'nightly');
  expect([two.code, two.stderr]).toEqual([2, expect.stringContaining('several tokens called nightly')]);
  expect(await ask(revoke, 'token', 'revoke', id('tok', 1))).toMatchObject({ code: 0 });
});

const people: PeopleView = {
  people: [
    { id: id('prs', 1), login: 'kim', createdAt: 1, lastSeenAt: Date.now() - 120_000, forge: [] },
    {
      ...{ id: id('prs', 2), login: 'octocat', createdAt: 1, lastSeenAt: 1 },
      forge: [{ repository: 'other/thing', role: 'viewer', at: Date.now() - 240_000 }],
    },
  ] as PeopleView['people'],
  grants: [
    { login: 'Octocat', pattern: 'acme/*', role: 'admin', by: 'kim', at: Date.now(), isBound: true },
    { login: 'lee', pattern: '*', role: 'none', by: 'the administrator', at: Date.now(), isBound: false },
  ],
};

test('people are listed with their roles, and those without one too', async () => {
  const typed = await ask({ 'GET /api/v1/people': () => ({ body: people }) }, 'people', 'list');
  expect(typed.stdout).toBe(`Octocat  admin   acme/*       given by kim, just now
lee      none    *            given by the administrator, just now; has not signed in yet
octocat  viewer  other/thing  GitHub says so, asked 4 min ago
kim                           seen 2 min ago
`);
});

test('a role is given and taken back', async () => {
  const done = () => ({ body: { message: 'done' } });
  await ask({ 'POST /api/v1/people/grants': done }, 'people', 'grant', 'kim', 'maintainer', 'acme/rocket');
  const wish = { login: 'kim', role: 'maintainer', pattern: 'acme/rocket' };
  expect(coordinator?.asked[0]?.body).toEqual(wish);
  await ask({ 'POST /api/v1/people/grants/revoke': done }, 'people', 'revoke', 'kim', 'acme/rocket');
  expect(coordinator?.asked[0]?.body).toEqual({ login: 'kim', pattern: 'acme/rocket' });
});

const session: BrowserSessionView = {
  ...({ id: id('ses', 1), login: null, browser: 'Firefox on Linux' } as BrowserSessionView),
  ...{ createdAt: 1, lastSeenAt: Date.now(), expiresAt: 2, isThis: false },
};

test('sessions are listed, and ended one by one or all', async () => {
  const list = { 'GET /api/v1/sessions': () => ({ body: [session] }) };
  const typed = await ask(list, 'sessions', 'list');
  expect(typed.stdout).toMatch(/^ses_0+1 {2}the administrator {2}Firefox on Linux {2}seen just now\n$/);
  const done = () => ({ body: { message: 'over' } });
  const one = { [`POST /api/v1/sessions/${session.id}/end`]: done };
  expect(await ask(one, 'sessions', 'end', session.id)).toMatchObject({ code: 0, stdout: 'over\n' });
  expect(await ask({ 'POST /api/v1/sessions/end': done }, 'sessions', 'end', '--all')).toMatchObject({
    code: 0,
  });
  expect(coordinator?.asked[0]?.body).toEqual({ whose: 'everybody' });
  for (const args of [[], [session.id, '--all']])
    expect(await ask({}, 'sessions', 'end', ...args)).toMatchObject({ code: 2 });
});

test('what is refused is said in the words of the coordinator', async () => {
  const answers = { 'GET /api/v1/people': () => refusal(403, 'this needs an administrator', 'ask one') };
  const typed = await ask(answers, 'people', 'list');
  expect([typed.code, typed.stderr]).toEqual([2, expect.stringContaining('this needs an administrator')]);
});
