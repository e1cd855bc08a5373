import { expect, test } from 'vitest';
import { ask } from '#test/support/people/ask.ts';
import { withPeople } from '#test/support/people/with-people.ts';

test('a request keeps the id that it came with, in its answer, in what is refused, and on the page of an error', () =>
  withPeople(async people => {
    const headers = { 'x-request-id': 'proxy.7_a-B' };
    expect((await ask(people, '/healthz', { headers })).headers['x-request-id']).toBe('proxy.7_a-B');
    const refused = await ask(people, '/api/v1/nothing', { headers });
    expect(refused.headers['x-request-id']).toBe('proxy.7_a-B');
    expect(JSON.parse(refused.text).request).toBe('proxy.7_a-B');
    const page = await ask(people, '/nothing', { headers: { ...headers, accept: 'text/html' } });
    expect(page.text).toContain('<p>Request proxy.7_a-B</p>');
  }));

test.each(['', '-begins', 'has space', '<script>', 'a'.repeat(65), 'name="x"'])(
  'what could not stand in a log is not kept: %j',
  given =>
    withPeople(async people => {
      const { headers } = await ask(people, '/healthz', { headers: { 'x-request-id': given } });
      expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}$/);
    }),
);

test('a request that no route understands has one too', () =>
  withPeople(async people => {
    const { status, headers, text } = await ask(people, '/%E0%A4%A', {
      headers: { 'x-request-id': 'odd-address' },
    });
    expect([status, headers['x-request-id'], JSON.parse(text).request]).toEqual([
      400,
      'odd-address',
      'odd-address',
    ]);
  }));
