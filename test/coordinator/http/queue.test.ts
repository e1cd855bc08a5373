/** The queue over HTTP: what waits by what binds it, for whoever may see it; the same sentences as everywhere. */
import { expect, test } from 'vitest';
import { setDraining } from '#coordinator/store/hosts.ts';
import { attemptId } from '#shared/ids.ts';
import { type QueueView, queueView } from '#shared/queue-api.ts';
import { ask } from '#test/support/people/ask.ts';
import { addHost, addMachine, addVersionOf, reportOf, vmOf } from '#test/support/people/fleet.ts';
import { addForked, addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { signInAs } from '#test/support/people/somebody.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const netbsd = vmOf('netbsd-10', 'netbsd');

type Headers = Record<string, string>;

async function queue(people: People, headers: Headers = people.admin, query = ''): Promise<QueueView> {
  const { status, text } = await ask(people, `/api/v1/queue${query}`, { headers });
  expect([status, text]).toEqual([200, text]);
  return queueView.parse(JSON.parse(text));
}

const post = (people: People, path: string, body: object) =>
  ask(people, path, {
    method: 'POST',
    headers: { ...people.admin, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const inShort = ({ groups }: QueueView) =>
  groups.map(({ key, count, remedy }) => [key, count, remedy?.command ?? null]);

/** A host with room, and the image netbsd-10 whose two machines are busy with nothing that waits. */
async function addFullPool(people: People) {
  await addVersionOf(people, netbsd, reportOf(people.clock.now, null));
  const attic = await addHost(people, 'attic');
  await attic.report();
  for (let n = 0; n < 2; n++) {
    const attempt = attemptId.parse(`attempt_${String(n).padStart(26, '0')}`);
    await addMachine(people, attic, netbsd, { attempt });
  }
  return attic;
}

test('while nothing waits there is nothing in it', () =>
  withPeople(async people => {
    expect(await queue(people)).toEqual({
      ...{ count: 0, oldestAt: null, isCut: false, groups: [], merging: null },
    });
  }));

test('what binds is said once for all it binds, with the remedy for whoever may press it', () =>
  withPeople(async people => {
    await addFullPool(people);
    const since = people.clock.now;
    await addForked(people);
    const run = await addRun(people);
    for (const suite of ['one', 'two', 'three']) await addJob(people, run, { suite, image: 'netbsd-10' });
    await addJob(people, run, { suite: 'four', image: 'plan-9' });
    const admins = await queue(people);
    expect(inShort(admins)).toEqual([
      ['approval', 1, 'paddock approve COMMIT'],
      ['unknown-image.plan-9', 1, null],
      ['all-busy.netbsd-10', 3, 'paddock pool scale netbsd-10 --max 3'],
    ]);
    expect(admins).toMatchObject({ count: 5, oldestAt: since, isCut: false });
    expect(admins.groups[2]).toMatchObject({
      text: 'netbsd-10 may have 2 machines at once, and all of them are in use',
      remedy: { type: 'scale-pool', max: 3, effect: 'would start 1 now: attic has room, the image is there' },
    });
    expect(admins.groups[2]?.jobs.map(({ place, suite }) => [place, suite])).toEqual([
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
    ]);
    expect(admins.groups[0]?.jobs[0]).toMatchObject({ mayApprove: true, change: 7, place: null });
    const strangers = await queue(people, {});
    expect(inShort(strangers)).toEqual([
      ['approval', 1, null],
      ['unknown-image.plan-9', 1, null],
      ['all-busy.netbsd-10', 3, null],
    ]);
    expect(strangers.groups[0]?.jobs[0]?.mayApprove).toBe(false);
    const { headers } = await signInAs(people, 'octocat', { 'acme/rocket': 'maintainer' });
    expect((await queue(people, headers)).groups.map(({ remedy }) => remedy?.type ?? null)).toEqual([
      ...['approve', null, null],
    ]);
  }));

test('the sentence of a job is that of its own page', () =>
  withPeople(async people => {
    await addFullPool(people);
    const run = await addRun(people);
    for (const suite of ['one', 'two']) await addJob(people, run, { suite, image: 'netbsd-10' });
    const needs = { status: 'blocked', on: 'needs', kind: 'repeatable', lastAttempt: 0, retries: 0 } as const;
    await addJob(people, run, { suite: 'three', image: 'netbsd-10', state: needs });
    const jobs = (await queue(people)).groups.flatMap(group => group.jobs);
    expect(jobs).toHaveLength(3);
    for (const { id, text } of jobs) {
      const page = JSON.parse((await ask(people, `/api/v1/jobs/${id}`, { headers: people.admin })).text);
      expect(text).toBe(page.text);
    }
  }));

test('who may not see a private repository sees nothing of it, in no number; but that others go first', () =>
  withPeople(async people => {
    await addFullPool(people);
    const secret = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
    const hidden = await addRun(people, { title: 'Hush' }, secret);
    for (const suite of ['one', 'two']) await addJob(people, hidden, { suite, image: 'netbsd-10' });
    await addJob(people, hidden, { suite: 'three', image: 'plan-9' });
    people.clock.now += 1_000;
    const seenAt = people.clock.now;
    await addJob(people, await addRun(people), { image: 'netbsd-10' });
    for (const headers of [{}, (await signInAs(people, 'mallory', { 'other/*': 'admin' })).headers]) {
      const view = await queue(people, headers);
      expect(view).toMatchObject({ count: 1, oldestAt: seenAt });
      expect(inShort(view)).toEqual([['all-busy.netbsd-10', 1, null]]);
      expect(view.groups[0]).toMatchObject({ oldestAt: seenAt, jobs: [{ place: 3 }] });
      expect(JSON.stringify(view)).not.toMatch(/secret|Hush|plan-9/);
      const asked = await queue(people, headers, '?repository=acme/secret');
      expect(asked).toEqual(await queue(people, headers, '?repository=acme/nowhere'));
    }
    const { headers } = await signInAs(people, 'octocat', { 'acme/secret': 'viewer' });
    expect((await queue(people, headers)).count).toBe(4);
    expect((await queue(people, headers, '?repository=acme/secret')).count).toBe(3);
  }));

test('a group is told in full, or narrowed down to an image', () =>
  withPeople(async people => {
    const run = await addRun(people);
    for (let n = 0; n < 15; n++) await addJob(people, run, { suite: `s${n}`, image: `plan-${n % 2}` });
    const view = await queue(people, people.admin, '?max=3');
    expect(view.groups.map(({ count, jobs }) => [count, jobs.length])).toEqual([
      [8, 3],
      [7, 3],
    ]);
    const full = await queue(people, people.admin, '?max=100&group=unknown-image.plan-0');
    expect(full.groups.map(({ key, jobs }) => [key, jobs.length])).toEqual([['unknown-image.plan-0', 8]]);
    expect((await queue(people, people.admin, '?image=plan-1')).count).toBe(7);
    for (const wrong of ['?max=1001', '?max=x', '?nonsense=1']) {
      expect((await ask(people, `/api/v1/queue${wrong}`, {})).status).toBe(400);
    }
  }));

test('a paused pool, drained hosts and silent ones say so, and what lets them go on', () =>
  withPeople(async people => {
    await addVersionOf(people, netbsd, reportOf(people.clock.now, null));
    await addJob(people, await addRun(people), { image: 'netbsd-10' });
    expect(inShort(await queue(people))).toEqual([['no-host.netbsd-10', 1, 'paddock host add NAME']]);
    const attic = await addHost(people, 'attic');
    await attic.report();
    await people.store.write(tx => setDraining(tx, attic.id, true));
    expect(inShort(await queue(people))).toEqual([
      ['hosts-draining.netbsd-10', 1, 'paddock host resume attic'],
    ]);
    await post(people, '/api/v1/hosts/attic/resume', {});
    expect(inShort(await queue(people))).toEqual([['requested.netbsd-10', 1, null]]);
    await post(people, '/api/v1/pools/netbsd-10/pause', {});
    expect(inShort(await queue(people))).toEqual([
      ['pool-paused.netbsd-10', 1, 'paddock pool resume netbsd-10'],
    ]);
  }));

test('where no host has room the planner says what is missing', () =>
  withPeople(async people => {
    const large = vmOf('windows-2025', 'windows');
    const machine = { ...large.machine, memory: 64_000 };
    await addVersionOf(people, { ...large, machine }, reportOf(people.clock.now, null));
    const attic = await addHost(people, 'attic');
    await attic.report();
    await addJob(people, await addRun(people), { image: 'windows-2025' });
    await people.fleet.tick();
    const [group] = (await queue(people)).groups;
    expect(group).toMatchObject({ binding: 'no-room', limit: 'memory', remedy: null });
    expect(group?.text).toContain('it needs 64000 MiB of memory, and attic has 16384 MiB free');
  }));
