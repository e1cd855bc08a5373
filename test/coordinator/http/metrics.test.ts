/** What is refused is counted, with a code and no name; and who may read the numbers. */
import { expect, test } from 'vitest';
import { isHttpRefusal, refusalDoors } from '#shared/refusals.ts';
import { ask } from '#test/support/people/ask.ts';
import { addRepository, addRun } from '#test/support/people/rows.ts';
import { giveToken, signInAs } from '#test/support/people/somebody.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

async function numbers(people: People): Promise<Map<string, number>> {
  const { status, headers, text } = await ask(people, '/metrics', { headers: people.admin });
  expect([status, headers['content-type']]).toEqual([200, expect.stringContaining('text/plain')]);
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

const refusal = (code: string, door: string): string =>
  `paddock_refusals_total{code="${code}",door="${door}"}`;

test('each refusal is counted once, by its code and where it was', () =>
  withPeople(async people => {
    for (const [path, options] of [
      ['/nothing', {}],
      ['/nothing', { headers: { accept: 'text/html' } }],
      ['/runs/none', {}],
      ['/api/v1/hosts', {}],
      ['/api/v1/runs', { headers: { authorization: 'Bearer wrong' } }],
      ['/api/v1/runs?max=many', {}],
      ['/api/v1/runs', { method: 'POST', headers: { origin: 'https://elsewhere.example' } }],
      ['/hooks/github', { method: 'POST', body: '{}' }],
      ['/hooks/github', { method: 'POST', body: '{}', headers: { 'x-hub-signature-256': 'sha256=00' } }],
      [
        '/api/v1/live',
        { headers: { upgrade: 'websocket', connection: 'Upgrade', origin: 'https://else.where' } },
      ],
    ] as const) {
      const { status, headers, text } = await ask(people, path, options);
      const code = String(headers['paddock-refusal']);
      expect([path, status >= 400, isHttpRefusal(code)]).toEqual([path, true, true]);
      if (String(headers['content-type']).includes('json')) expect(JSON.parse(text).code).toBe(code);
    }
    const counted = await numbers(people);
    expect([...counted].filter(([name]) => name.startsWith('paddock_refusals')).sort()).toEqual([
      [refusal('foreign-request', 'people'), 1],
      [refusal('foreign-request', 'sockets'), 1],
      [refusal('not-found', 'people'), 3],
      [refusal('not-signed-in', 'people'), 1],
      [refusal('not-understood', 'people'), 1],
      [refusal('webhook-forged', 'hooks'), 1],
      [refusal('webhook-unsigned', 'hooks'), 1],
      [refusal('wrong-token', 'people'), 1],
    ]);
    expect(counted.get('paddock_build_info{version="0.0.0"}')).toBe(1);
    expect(counted.get('process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
  }));

test('no number names a repository, a person or a path, whatever is asked for', () =>
  withPeople(async people => {
    const repository = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
    const run = await addRun(people, {}, repository);
    for (const path of [
      `/api/v1/runs/${run.id}`,
      '/badge/acme/secret.svg',
      '/acme/secret',
      '/x?q=acme/secret',
    ])
      await ask(people, path);
    const { text } = await ask(people, '/metrics', { headers: people.admin });
    expect(text).not.toMatch(/acme|secret|run_/);
    const labels = [...text.matchAll(/paddock_refusals_total\{code="([^"]*)",door="([^"]*)"\}/g)];
    expect(labels.length).toBeGreaterThan(0);
    for (const [, code = '', door = ''] of labels)
      expect([isHttpRefusal(code), Object.hasOwn(refusalDoors, door)]).toEqual([true, true]);
  }));

test('numbers are for whoever holds a role of everything, and for nobody because of where they come from', () =>
  withPeople(async people => {
    const status = async (headers: Record<string, string>) =>
      (await ask(people, '/metrics', { headers })).status;
    expect(await status({})).toBe(401);
    expect(await status((await signInAs(people, 'octocat', { 'acme/*': 'admin' })).headers)).toBe(403);
    expect(await status((await giveToken(people, { role: 'admin', pattern: 'acme/*' })).headers)).toBe(403);
    expect(await status((await giveToken(people, { role: 'viewer', pattern: '*' })).headers)).toBe(200);
    expect(await status((await signInAs(people, 'reader', { '*': 'viewer' })).headers)).toBe(200);
    expect(await status((await signInAs(people, 'out', { '*': 'none' })).headers)).toBe(403);
  }));

test('a reader of everything is no administrator by that', () =>
  withPeople(async people => {
    const { headers } = await giveToken(people, { role: 'viewer', pattern: '*' });
    for (const path of ['/api/v1/hosts', '/api/v1/system', '/api/v1/secrets', '/api/v1/people'])
      expect([path, (await ask(people, path, { headers })).status]).toEqual([path, 403]);
  }));
