import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import { stranger } from '#coordinator/access/actor.ts';
import { createChangeFeed } from '#coordinator/wiring/change-feed.ts';
import type { LiveFrame } from '#shared/api.ts';
import type { RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { heldBytes } from '#test/support/held-bytes.ts';
import { ask } from '#test/support/people/ask.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { sessionCookie } from '#test/support/people/sign-in.ts';
import { watchChanges, watchLog } from '#test/support/people/watch.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

test('whoever looks is told what has changed', () =>
  withPeople(async people => {
    const run = await addRun(people);
    const watch = await watchChanges(people.url);
    const job = await addJob(people, run);
    await until('the change is told', () => watch.frames.length === 1);
    expect(watch.frames).toEqual([{ type: 'changed', run: run.id, job: job.id }]);
  }));

test('a stranger is not told of private runs; an administrator is', () =>
  withPeople(async people => {
    const open = await addRepository(people, { fullName: 'acme/open' });
    const secret = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
    const stranger = await watchChanges(people.url);
    const admin = await watchChanges(people.url, { headers: people.admin });
    const runs = [
      await addRun(people, {}, secret),
      await addRun(people, {}, open),
      await addRun(people, {}, secret),
    ];
    await until('the administrator is told of all', () => admin.frames.length === runs.length);
    expect(admin.frames.map(({ run }) => run)).toEqual(runs.map(({ id }) => id));
    expect(stranger.frames.map(({ run }) => run)).toEqual([runs[1]?.id]);
  }));

test('what a session has opened ends with it; nobody else notices', () =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people)));
    const [mine, other] = await Promise.all([cookieOf(people), cookieOf(people)]);
    const watches = [
      await watchChanges(people.url, { headers: { cookie: mine } }),
      await watchLog(people.url, leased.attempt, '', { headers: { cookie: mine } }),
    ];
    const others = [
      await watchChanges(people.url, { headers: { cookie: other } }),
      await watchChanges(people.url, { headers: people.admin }),
      await watchChanges(people.url),
    ];
    const signOut = { method: 'DELETE', headers: { cookie: mine } };
    expect((await ask(people, '/api/v1/session', signOut)).status).toBe(204);
    for (const { closed } of watches) expect(await closed).toBe(1008);
    await addRun(people);
    await until('the others are told', () => others.every(({ frames }) => frames.length > 0));
  }));

async function cookieOf(people: People): Promise<string> {
  const { name, value } = await sessionCookie(people);
  return `${name}=${value}`;
}

test('for many strangers it is looked up once whether they may know; who has left is told nothing', async () => {
  const changes = new EventEmitter<{ changed: [LiveFrame] }>();
  let lookups = 0;
  const onChange = createChangeFeed(changes, async () => {
    lookups += 1;
    return { fullName: 'acme/rocket', isPrivate: false };
  });
  const told: string[] = [];
  const leaving = new AbortController();
  for (const name of ['a', 'b', 'c'])
    onChange(stranger, { send: () => told.push(name), fail: () => told.push('failed') }, leaving.signal);
  const change = { type: 'changed', run: `run_${'0'.repeat(26)}` as RunId } as const;
  changes.emit('changed', change);
  await until('all are told', () => told.length === 3);
  expect(lookups).toBe(1);
  leaving.abort();
  changes.emit('changed', change);
  expect([lookups, told]).toEqual([1, ['a', 'b', 'c']]);
});

test('one that takes nothing is sent away before it costs much', async () => {
  let tell: (frame: LiveFrame) => void = () => {};
  await withPeople(
    async people => {
      const run = await addRun(people);
      const watch = await watchChanges(people.url);
      watch.socket.pause();
      const ended = once(watch.socket, 'close');
      const before = heldBytes().buffers;
      for (let n = 0; n < 200_000; n++) tell({ type: 'changed', run: run.id });
      expect(heldBytes().buffers - before).toBeLessThan(100 * limits.liveBacklogBytes);
      watch.socket.resume();
      await ended;
      expect(watch.frames.length).toBeLessThan(200_000);
    },
    real => ({
      ...real,
      onChange(reader, viewer, signal) {
        tell = viewer.send;
        real.onChange(reader, viewer, signal);
      },
    }),
  );
});

test('one that has left is not told any more, and nobody keeps it', async () => {
  const signals: AbortSignal[] = [];
  await withPeople(
    async people => {
      const watch = await watchChanges(people.url);
      watch.socket.terminate();
      await until('its signal is aborted', () => signals[0]?.aborted);
      await addRun(people);
      expect(people.logged.filter(({ level }) => level >= 40)).toEqual([]);
    },
    real => ({
      ...real,
      onChange(reader, viewer, signal) {
        signals.push(signal);
        real.onChange(reader, viewer, signal);
      },
    }),
  );
});

test('what cannot be said ends the connection, so that the page asks again', async () => {
  let fail: (error: unknown) => void = () => {};
  await withPeople(
    async people => {
      const watch = await watchChanges(people.url);
      fail(new Error('the database is gone'));
      expect(await watch.closed).toBe(1011);
    },
    real => ({
      ...real,
      onChange: (_, viewer) => {
        fail = viewer.fail;
      },
    }),
  );
});

test('a database that fails while the feed is open does not end the coordinator', () =>
  withPeople(async people => {
    const run = await addRun(people);
    const watch = await watchChanges(people.url);
    await people.store.close();
    await people.wakeUp([{ type: 'changed', run: run.id }]);
    expect(await watch.closed).toBe(1011);
  }));
