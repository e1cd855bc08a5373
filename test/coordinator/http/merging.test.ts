/** The API of merging: who may ask, for what, and what everybody may see. */
import { expect, test } from 'vitest';
import { saveChange } from '#coordinator/store/changes.ts';
import { findActiveEntry } from '#coordinator/store/merge-entries.ts';
import { problem } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { mergingView } from '#shared/merge-api.ts';
import { ask } from '#test/support/people/ask.ts';
import { addAsked, addBatch } from '#test/support/people/merging.ts';
import { addRepository, commitOf } from '#test/support/people/rows.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const post = (people: People, path: string, body: object, headers: Record<string, string> = people.admin) =>
  ask(people, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const view = async (people: People, headers: Record<string, string> = people.admin) =>
  mergingView.parse(JSON.parse((await ask(people, '/api/v1/merges', { headers })).text));

const addChange = async (people: People, facts: { baseRef?: string; state?: 'open' | 'closed' } = {}) => {
  const { id: repositoryId } = await addRepository(people);
  return people.store.write(tx =>
    saveChange(tx, {
      ...{ repositoryId, number: 12, title: 'Change', author: 'octocat', authorId: null, headRef: 'change' },
      ...{ headSha: commitOf(0xabc), baseRef: 'main', baseSha: commitOf(1), isFork: false, updatedAt: 1 },
      ...{ state: 'open', ...facts },
    }),
  );
};
const twelve = { repository: 'acme/rocket', number: 12 };

test('an administrator asks, is told, asks again with a priority, and takes it back', () =>
  withPeople(async people => {
    const change = await addChange(people);
    const asked = await post(people, '/api/v1/merges', twelve);
    expect(JSON.parse(asked.text)).toEqual({
      message: 'acme/rocket#12 is merged when nothing stands against it',
    });
    expect(people.wakes).toContainEqual({ type: 'merging' });
    await post(people, '/api/v1/merges', { ...twelve, priority: -3 });
    expect((await view(people)).entries).toMatchObject([
      { number: 12, status: 'waiting', priority: -3, headSha: change.headSha, batch: null, run: null },
    ]);
    const taken = await post(people, '/api/v1/merges/withdraw', twelve);
    expect(JSON.parse(taken.text)).toEqual({ message: 'acme/rocket#12 is not merged' });
    expect(await findActiveEntry(people.store.read, change.id)).toBeNull();
    const { entries, ended } = await view(people);
    expect([entries, ended.map(({ status }) => status)]).toEqual([[], ['withdrawn']]);
  }));

test.each(['/api/v1/merges', '/api/v1/merges/withdraw'])('%s is for administrators', path =>
  withPeople(async people => {
    const change = await addChange(people);
    for (const headers of [{}, { authorization: 'Bearer nonsense' }])
      expect((await post(people, path, twelve, headers as Record<string, string>)).status).toBe(401);
    expect(await findActiveEntry(people.store.read, change.id)).toBeNull();
  }),
);

test.each<[string, object, string]>([
  ['no number', { repository: 'acme/rocket' }, 'number'],
  ['a number of none', { repository: 'acme/rocket', number: 0 }, 'number'],
  ['half a number', { repository: 'acme/rocket', number: 1.5 }, 'number'],
  ['an endless name', { repository: 'r'.repeat(201), number: 1 }, 'repository'],
  ['a priority beyond all', { ...twelve, priority: 101 }, 'priority'],
])('%s is refused with its field', (_, body, field) =>
  withPeople(async people => {
    const answer = await post(people, '/api/v1/merges', body);
    expect(problem.parse(JSON.parse(answer.text))).toMatchObject({ status: 400, errors: [{ field }] });
  }),
);

test('a field that nobody knows is refused, so that a mistyped one is not lost', () =>
  withPeople(async people => {
    const answer = await post(people, '/api/v1/merges', { ...twelve, prioritty: 5 });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('prioritty')]);
  }));

test.each<[string, Parameters<typeof addChange>[1], RegExp]>([
  ['is closed', { state: 'closed' }, /acme\/rocket#12 is closed/],
  ['goes elsewhere', { baseRef: 'attic' }, /nothing is merged into attic of acme\/rocket here; an admin/],
])('a pull request that %s cannot be merged, with the reason', (_, facts, reason) =>
  withPeople(async people => {
    await addChange(people, facts);
    const answer = await post(people, '/api/v1/merges', twelve);
    expect([answer.status, problem.parse(JSON.parse(answer.text)).detail]).toEqual([
      409,
      expect.stringMatching(reason),
    ]);
  }),
);

test('one that nobody has heard of, and one that nobody asked for', () =>
  withPeople(async people => {
    const asked = await post(people, '/api/v1/merges', twelve);
    expect([asked.status, asked.text]).toEqual([409, expect.stringContaining('has not heard of')]);
    const taken = await post(people, '/api/v1/merges/withdraw', twelve);
    expect([taken.status, taken.text]).toEqual([409, expect.stringContaining('nobody asks for a merge')]);
  }));

test('a branch that is full refuses one more, and says how many wait', () =>
  withPeople(async people => {
    const rocket = await addRepository(people);
    for (let number = 100; number < 100 + limits.mergeEntries; number++)
      await addAsked(people, { number }, rocket);
    await addChange(people);
    const answer = await post(people, '/api/v1/merges', twelve);
    expect([answer.status, answer.text]).toEqual([
      409,
      expect.stringContaining(`${limits.mergeEntries} pull requests wait for main already`),
    ]);
  }));

test('what is over is bounded, the newest first; what is private is not for strangers', () =>
  withPeople(async people => {
    const rocket = await addRepository(people);
    const state = { status: 'withdrawn', at: 1, message: 'taken back' } as const;
    for (let number = 1; number <= limits.mergeHistory + 2; number++)
      await addAsked(people, { number, state }, rocket);
    const secret = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
    await addAsked(people, { number: 900 }, secret);
    await addBatch(people, [300]);
    const { ended, entries } = await view(people);
    expect(ended).toHaveLength(limits.mergeHistory);
    expect(ended[0]?.number).toBe(limits.mergeHistory + 2);
    expect(entries.map(({ number }) => number)).toEqual([300, 900]);
    const strangers = await view(people, {});
    expect(strangers.entries.map(({ number }) => number)).toEqual([300]);
    expect(strangers.batches).toHaveLength(1);
  }));
