/** A private repository, one door after another: what somebody wants who has no role in it, and what they get. */
import { describe, expect, test } from 'vitest';
import { revokeApiToken } from '#coordinator/store/api-tokens.ts';
import type { Repository } from '#coordinator/store/repositories.ts';
import { limits } from '#shared/limits.ts';
import { ask } from '#test/support/people/ask.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { giveRoles, giveToken, signInAs } from '#test/support/people/somebody.ts';
import { watchChanges, watchLog } from '#test/support/people/watch.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

async function secretOf(people: People, fullName = 'acme/secret') {
  const repository = await addRepository(people, { fullName, isPrivate: true });
  const run = await addRun(people, { title: 'Buy the rival' }, repository);
  const job = await addJob(people, run);
  const leased = await lease(people, job);
  await leased.print('a secret line\n');
  const artifact = await leased.keepArtifact('dist/app', Buffer.from('secret bytes'));
  return { repository, run: run.id, job: job.id, attempt: leased.attempt, artifact: artifact.id, leased };
}
type Secret = Awaited<ReturnType<typeof secretOf>>;

/** Who is tried: nobody, somebody elsewhere, somebody who was put out, a program for another repository. */
async function outsiders(people: People): Promise<[name: string, headers: Record<string, string>][]> {
  const mallory = await signInAs(people, 'mallory', { 'other/*': 'admin' });
  const ousted = await signInAs(people, 'ousted', { 'acme/*': 'admin', 'acme/secret': 'none' });
  const program = await giveToken(people, { pattern: 'acme/rocket', role: 'admin' });
  return [
    ['a stranger', {}],
    ['an admin of another owner', mallory.headers],
    ['an admin of the owner who has no role here', ousted.headers],
    ['a program of a neighbour', program.headers],
  ];
}

const doors: [goal: string, path: (secret: Secret) => string][] = [
  ['reads a run', ({ run }) => `/api/v1/runs/${run}`],
  ['reads what its attempts did', ({ run }) => `/api/v1/runs/${run}/attempts`],
  ['lists what a run left behind', ({ run }) => `/api/v1/runs/${run}/artifacts`],
  ['reads the tests of a run', ({ run }) => `/api/v1/runs/${run}/tests`],
  ['reads a job', ({ job }) => `/api/v1/jobs/${job}`],
  ['reads the story of a job', ({ job }) => `/api/v1/jobs/${job}/events`],
  ['reads the tests of a job', ({ job }) => `/api/v1/jobs/${job}/tests`],
  ['reads an attempt', ({ attempt }) => `/api/v1/attempts/${attempt}`],
  ['learns how long a log is', ({ attempt }) => `/api/v1/attempts/${attempt}/log`],
  ['reads lines of a log', ({ attempt }) => `/api/v1/attempts/${attempt}/lines`],
  ['searches a log', ({ attempt }) => `/api/v1/attempts/${attempt}/search?q=secret`],
  ['downloads a log', ({ attempt }) => `/logs/${attempt}.txt`],
  ['downloads an artifact', ({ artifact }) => `/artifacts/${artifact}`],
  ['reads the title of a run from its page, as a preview of a link does', ({ run }) => `/runs/${run}`],
  ['reads the title of a job from its page', ({ job }) => `/jobs/${job}`],
];

describe('whoever has no role in a private repository', () => {
  test.each(doors)('%s: it is not there, in the words of what never was', (_, pathOf) =>
    withPeople(async people => {
      const secret = await secretOf(people);
      const path = pathOf(secret);
      const never = path.replace(/_[0-9a-z]{26}/, `_${'0'.repeat(26)}`);
      const plain = (text: string) => text.replaceAll(/nonce(?:-|=")[\w+/=]+/g, '');
      for (const [who, headers] of await outsiders(people)) {
        const [got, absent] = [await ask(people, path, { headers }), await ask(people, never, { headers })];
        expect([who, got.status, plain(got.text)]).toEqual([who, 404, plain(absent.text)]);
        expect(got.text).not.toMatch(/secret|rival/);
      }
      const { headers } = await signInAs(people, 'kim', { 'acme/secret': 'viewer' });
      const program = await giveToken(people, { pattern: 'acme/*', role: 'viewer' });
      for (const seeing of [headers, program.headers])
        expect((await ask(people, path, { headers: seeing })).status).toBe(200);
    }),
  );

  const lists: [goal: string, path: string][] = [
    ['finds its runs in the list', '/api/v1/runs'],
    ['finds its runs by name', '/api/v1/runs?repository=acme/secret'],
    ['finds its runs by author', '/api/v1/runs?author=octocat'],
    ['finds its runs by branch', '/api/v1/runs?branch=main'],
    ['finds its runs by image', '/api/v1/runs?image=debian-12'],
    ['finds its runs by words', '/api/v1/runs?text=rival'],
    ['finds its runs by how they stand', '/api/v1/runs?outcome=running'],
    ['finds its caches', '/api/v1/caches'],
    ['finds what of it is merged', '/api/v1/merges'],
  ];

  test.each(lists)('%s: nothing of it is there', (_, path) =>
    withPeople(async people => {
      await secretOf(people);
      for (const [who, headers] of await outsiders(people)) {
        const { status, text } = await ask(people, path, { headers });
        expect([who, status, /secret|rival/.test(text)]).toEqual([who, 200, false]);
      }
      const { headers } = await signInAs(people, 'kim', { 'acme/secret': 'viewer' });
      if (path.startsWith('/api/v1/runs'))
        expect((await ask(people, path, { headers })).text).toContain('Buy the rival');
    }),
  );

  test('is told in the live feed that something happens there: only who sees it is told', () =>
    withPeople(async people => {
      const { repository } = await secretOf(people);
      const open = await addRepository(people, { fullName: 'acme/open' });
      const watches = await Promise.all(
        (await outsiders(people)).map(([, headers]) => watchChanges(people.url, { headers })),
      );
      const kim = await signInAs(people, 'kim', { 'acme/secret': 'viewer' });
      const seeing = await watchChanges(people.url, { headers: kim.headers });
      await addRun(people, {}, repository);
      const shown = await addRun(people, {}, open);
      await until('all are told of the public run', () =>
        [...watches, seeing].every(({ frames }) => frames.some(({ run }) => run === shown.id)),
      );
      for (const { frames } of watches) expect(frames).toHaveLength(1);
      expect(seeing.frames).toHaveLength(2);
    }));

  test('opens its log as it is printed: there is no such log', () =>
    withPeople(async people => {
      const { attempt } = await secretOf(people);
      for (const [, headers] of await outsiders(people))
        await expect(watchLog(people.url, attempt, '', { headers })).rejects.toThrow('404');
    }));
});

describe('whoever loses their role', () => {
  /** What ends what is open. */
  const losses: [how: string, lose: (people: People, secret: Repository, kim: Kim) => Promise<void>][] = [
    ['because it is taken away', people => giveRoles(people, 'kim', { 'acme/secret': 'none' })],
    ['because their session is ended', (people, _, { headers }) => signOut(people, headers)],
  ];
  type Kim = { headers: { cookie: string } };

  async function signOut(people: People, headers: { cookie: string }): Promise<void> {
    await ask(people, '/api/v1/session', { method: 'DELETE', headers });
  }

  test.each(losses)('goes on reading what is open, %s: it closes', (_, lose) =>
    withPeople(async people => {
      const secret = await secretOf(people);
      const kim = await signInAs(people, 'kim', { 'acme/secret': 'viewer' });
      const other = await signInAs(people, 'lee', { 'acme/secret': 'viewer' });
      const log = await watchLog(people.url, secret.attempt, '', { headers: kim.headers });
      const feed = await watchChanges(people.url, { headers: kim.headers });
      const theirs = await watchLog(people.url, secret.attempt, '', { headers: other.headers });
      const followed = fetch(`${people.url}/logs/${secret.attempt}.txt?follow=1`, { headers: kim.headers });
      const body = (await followed).text().then(
        () => 'ended as a log ends',
        () => 'cut',
      );
      await until('the log is read', () => log.text() === 'a secret line\n');
      await lose(people, secret.repository, kim);
      expect(await log.closed).toBe(1008);
      expect(await feed.closed).toBe(1008);
      expect(await body).toBe('cut');
      await secret.leased.print('another\n');
      await until('the other one reads on', () => theirs.text() === 'a secret line\nanother\n');
      expect(log.text()).toBe('a secret line\n');
    }),
  );

  test('uses a token that was revoked: it is refused at the next request, and what it had open closes', () =>
    withPeople(async people => {
      const { attempt } = await secretOf(people);
      const { token, headers } = await giveToken(people);
      const log = await watchLog(people.url, attempt, '', { headers });
      await until('the log is read', () => log.text() === 'a secret line\n');
      const path = `/api/v1/tokens/${token.id}/revoke`;
      expect((await ask(people, path, { method: 'POST', headers: people.admin })).status).toBe(200);
      const { status, text } = await ask(people, `/logs/${attempt}.txt`, { headers });
      expect([status, JSON.parse(text).code]).toEqual([401, 'revoked-token']);
      expect(await log.closed).toBe(1008);
    }));

  test('is believed elsewhere: what another process has changed counts within seconds', () =>
    withPeople(async people => {
      const { run } = await secretOf(people);
      const { token, headers } = await giveToken(people);
      const read = async () => (await ask(people, `/api/v1/runs/${run}`, { headers })).status;
      expect(await read()).toBe(200);
      await people.store.write(tx => revokeApiToken(tx, token.id, people.clock.now));
      people.clock.now += limits.accessTrustMs;
      expect(await read()).toBe(401);
    }));
});

test('a token of a person can no more than the person can by now', () =>
  withPeople(async people => {
    const { run } = await secretOf(people);
    const kim = await signInAs(people, 'kim', { 'acme/*': 'maintainer' });
    const { headers } = await giveToken(people, {
      maker: kim.person.id,
      role: 'maintainer',
      kind: 'personal',
    });
    const cancel = async () =>
      (await ask(people, `/api/v1/runs/${run}/cancel`, { method: 'POST', headers })).status;
    expect(await cancel()).toBe(200);
    await giveRoles(people, 'kim', { 'acme/*': 'viewer' });
    expect(await cancel()).toBe(403);
    await giveRoles(people, 'kim', { 'acme/*': 'none' });
    expect(await cancel()).toBe(403);
    expect((await ask(people, `/api/v1/runs/${run}`, { headers })).status).toBe(404);
  }));
