/** The API of secrets: for administrators, and no answer has a value in it. */
import { expect, test } from 'vitest';
import { problem } from '#shared/api.ts';
import { rootKeyRotated, secretDetail, secretSaved, secretsView } from '#shared/secrets.ts';
import { ask } from '#test/support/people/ask.ts';
import { addRepository } from '#test/support/people/rows.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const value = 'correct horse battery';
const place = { repository: 'acme/rocket', name: 'TOKEN' };

const post = (people: People, path: string, body?: object, headers: Record<string, string> = people.admin) =>
  ask(people, path, {
    method: 'POST',
    headers: body ? { 'content-type': 'application/json', ...headers } : headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
const get = (people: People, path: string, headers: Record<string, string> = people.admin) =>
  ask(people, path, { headers });

test('a secret is set, listed, shown, wrapped anew and removed; its value is in no answer and no line of the log', () =>
  withPeople(async people => {
    await addRepository(people);
    const answers = [
      await post(people, '/api/v1/secrets', { ...place, value, images: ['debian-*'] }),
      await post(people, '/api/v1/secrets', { ...place, value: `${value}!`, form: 'file' }),
      await get(people, '/api/v1/secrets'),
      await get(people, '/api/v1/secrets/one?repository=acme/rocket&name=TOKEN'),
      await post(people, '/api/v1/secrets/rotate-key'),
      await get(people, '/api/v1/secrets/log?repository=acme/rocket&limit=9'),
      await post(people, '/api/v1/secrets/remove', place),
      await get(people, '/api/v1/secrets/one?repository=acme/rocket&name=TOKEN'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 200, 404]);
    const [first, , list, one, rotated] = answers.map(({ text }) => JSON.parse(text));
    expect(secretSaved.parse(first)).toMatchObject({
      secret: { version: 1, images: ['debian-*'] },
      warnings: [],
    });
    expect(secretsView.parse(list)).toMatchObject({
      secrets: [{ version: 2, form: 'file' }],
      rootKey: { missing: [] },
    });
    expect(secretDetail.parse(one).log).toMatchObject([
      { type: 'set', version: 2, by: 'an administrator, by the token' },
      { type: 'set', version: 1 },
    ]);
    expect(rootKeyRotated.parse(rotated).rotated).toBe(1);
    const said = JSON.stringify([answers, people.logged]);
    expect(said).not.toContain('horse');
    expect(said).not.toContain(Buffer.from(value).toString('base64').slice(0, 16));
  }));

test.each([
  ['GET', '/api/v1/secrets'],
  ['GET', '/api/v1/secrets/one?repository=acme/rocket&name=TOKEN'],
  ['GET', '/api/v1/secrets/log'],
  ['POST', '/api/v1/secrets'],
  ['POST', '/api/v1/secrets/remove'],
  ['POST', '/api/v1/secrets/rotate-key'],
])('%s %s is for administrators, before anything is looked at', (method, path) =>
  withPeople(async people => {
    for (const headers of [{}, { authorization: 'Bearer nonsense' }]) {
      const answer = await ask(people, path, { method, headers: headers as Record<string, string> });
      expect(answer.status).toBe(401);
    }
  }),
);

test.each([
  [{ name: 'TO-KEN' }, 400, 'name: expected letters'],
  [{ repository: 'acme' }, 400, 'repository: expected owner/name'],
  [{ value: 'abc' }, 422, 'less than 4 bytes'],
  [{ value: 'horse\0horse' }, 422, 'a NUL in it'],
  [{ name: 'PATH' }, 422, 'means something to programs already'],
])('%o is refused with a sentence that does not repeat the value', (wrong, status, sentence) =>
  withPeople(async people => {
    const answer = await post(people, '/api/v1/secrets', { ...place, value, ...wrong });
    expect(answer.status).toBe(status);
    const { detail } = problem.parse(JSON.parse(answer.text));
    expect(detail).toContain(sentence);
    expect(detail).not.toContain('horse');
  }),
);

test('what is odd about a secret comes back beside it', () =>
  withPeople(async people => {
    const answer = await post(people, '/api/v1/secrets', {
      ...place,
      repository: 'acme/rokcet',
      value,
      images: ['debain'],
    });
    expect(JSON.parse(answer.text).warnings).toEqual([
      'no repository acme/rokcet is known yet',
      expect.stringContaining('no image is called debain now'),
    ]);
  }));
