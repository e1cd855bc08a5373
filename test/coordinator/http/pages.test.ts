/** What every answer for a page brings before a script runs: how it is sent, what it says of itself, what it asks ahead for. */
import { expect, test } from 'vitest';
import { ask } from '#test/support/people/ask.ts';
import { addJob, addRun } from '#test/support/people/rows.ts';
import { withPeople } from '#test/support/people/with-people.ts';

test('long answers are compressed for whoever takes that, and say that they depend on it', () =>
  withPeople(async people => {
    for (let n = 0; n < 9; n++) await addRun(people);
    const url = `${people.url}/api/v1/runs`;
    const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
    const zipped = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
    expect([plain, zipped].map(({ headers }) => headers.get('content-encoding'))).toEqual([null, 'gzip']);
    expect([plain, zipped].map(({ headers }) => headers.get('vary'))).toEqual([
      'accept-encoding',
      'accept-encoding',
    ]);
    expect(Number(zipped.headers.get('content-length'))).toBeLessThan(
      Number(plain.headers.get('content-length')) / 3,
    );
    expect(await zipped.json()).toEqual(await plain.json());
    const small = await fetch(`${people.url}/api/v1/session`, { headers: { 'accept-encoding': 'gzip' } });
    expect(small.headers.get('content-encoding')).toBe(null);
  }));

test('a secret is never sent compressed', () =>
  withPeople(async people => {
    const headers = { ...people.admin, 'accept-encoding': 'gzip' };
    const answer = await fetch(`${people.url}/api/v1/links`, { method: 'POST', headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-encoding')).toBe(null);
  }));

test('a page says in a sentence what it shows, whatever others have written', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people, { title: 'Fix "it" <now>' }));
    const { text } = await ask(people, `/jobs/${job.id}`);
    expect(text).toContain(
      '<meta name="description" content="queued: no host for debian-12 is connected · Fix &quot;it&quot; &lt;now&gt;">',
    );
    for (const path of ['/', '/jobs/nonsense'])
      expect((await ask(people, path)).text).toContain('content="Paddock tests every commit');
  }));

test('a page asks ahead for exactly what its app asks for first', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const ahead = async (path: string) =>
      [...(await ask(people, path)).text.matchAll(/as="fetch" crossorigin href="([^"]+)"/g)].map(
        ([, href]) => href,
      );
    expect(await ahead('/')).toEqual(['/api/v1/runs?max=50&amp;jobs=brief']);
    expect(await ahead('/?author=kim&outcome=failed&colour=red')).toEqual([
      '/api/v1/runs?max=50&amp;jobs=brief&amp;author=kim&amp;outcome=failed',
    ]);
    expect(await ahead(`/jobs/${job.id}`)).toEqual([`/api/v1/jobs/${job.id}`]);
    expect(await ahead(`/runs/${job.runId}`)).toEqual([
      `/api/v1/runs/${job.runId}`,
      `/api/v1/runs/${job.runId}/attempts`,
    ]);
    expect(await ahead('/jobs/nonsense')).toEqual([]);
  }));
