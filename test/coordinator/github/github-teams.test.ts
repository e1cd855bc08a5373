/** Who is in a team is asked of GitHub, and not more often than it has to be. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createForgeClient } from '#coordinator/github/forge-client.ts';
import { limits } from '#shared/limits.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { failureOf } from './forge-failures.ts';
import { fullName, shaOf } from './small-github.ts';

let fake: FakeGithub;
let clock: number;
const open = () => createForgeClient({ baseUrl: fake.baseUrl, token: fake.token, now: () => clock });
let client: ReturnType<typeof open>;

beforeEach(async () => {
  clock = 1_000_000;
  fake = await startFakeGithub();
  fake.github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/x', head: shaOf(0) });
  fake.github.addToTeam({ org: 'acme', team: 'pilots', login: 'Kim' });
  fake.github.addToTeam({ org: 'acme', team: 'pilots', login: 'bo', state: 'pending' });
  client = open();
});
afterEach(() => fake.close());

const isPilot = (login: string, team = 'acme/pilots') => client.isTeamMember({ fullName, team, login });

test('a member is one, whoever is only invited is none, and neither is a stranger', async () => {
  expect(await Promise.all(['kim', 'bo', 'mallory'].map(login => isPilot(login)))).toEqual([
    true,
    false,
    false,
  ]);
  expect(await isPilot('kim', 'acme/cooks')).toBe(false);
  expect(fake.violations).toEqual([]);
});

test('an answer is kept for a while', async () => {
  expect(await isPilot('mallory')).toBe(false);
  fake.github.addToTeam({ org: 'acme', team: 'pilots', login: 'mallory' });
  const { length } = fake.requests;
  expect([await isPilot('mallory'), fake.requests.length - length]).toEqual([false, 0]);
  clock += limits.teamAnswerMs;
  expect(await isPilot('mallory')).toBe(true);
});

test('a team that nobody lets us see has no members, and no answer is none', async () => {
  fake.inject({ type: 'forbidden' });
  expect(await isPilot('kim')).toBe(false);
  fake.inject({ type: 'broken', status: 502 });
  expect(await failureOf(isPilot('bo'))).toMatchObject({ code: 'unavailable' });
  expect(await isPilot('bo')).toBe(false);
});

test('a name is no way to another call', async () => {
  expect(await isPilot('../../../user')).toBe(false);
  expect(fake.requests.at(-1)?.path).toContain('..%2F..%2F..%2Fuser');
});
