import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDelivery } from '#coordinator/github/read-delivery.ts';
import { exampleOf, officialExamples } from './official-examples.ts';

test.each<[string, (payload: Record<string, unknown>) => void, RegExp]>([
  ['no repository', payload => delete payload.repository, /^repository: /],
  [
    'a short sha',
    payload => (Object(payload.pull_request).head.sha = 'abc'),
    /^pull_request\.head\.sha: .*full/,
  ],
  [
    'a name that is a path',
    payload => (Object(payload.repository).full_name = 'octo/..'),
    /full_name: .*owner/,
  ],
  ['a number as text', payload => (payload.number = '1'), /^number: /],
  ['no time', payload => (Object(payload.pull_request).updated_at = 'soon'), /updated_at: /],
])('a pull request with %s is malformed, and the field is named', (_, spoil, message) => {
  const payload = exampleOf('pull_request', 'opened');
  spoil(payload);
  expect(readDelivery('pull_request', payload)).toEqual({
    type: 'malformed',
    message: expect.stringMatching(message),
  });
});

test('a merged pull request without its merge commit is malformed', () => {
  const payload = exampleOf('pull_request', 'closed');
  Object.assign(Object(payload.pull_request), { merged: true, merge_commit_sha: null });
  expect(readDelivery('pull_request', payload)).toMatchObject({ type: 'malformed' });
});

test('what is wrong is said without the values: they may be secret or long', () => {
  const payload = exampleOf('push');
  Object.assign(payload, { after: `hunter2${'x'.repeat(10_000)}`, before: 7, forced: 'hunter2' });
  const intent = readDelivery('push', payload);
  expect(JSON.stringify(intent)).not.toContain('hunter2');
  expect(JSON.stringify(intent).length).toBeLessThan(600);
});

const events = ['push', 'pull_request', 'check_run', 'ping', 'constructor', '__proto__'];

test('whatever arrives is answered, never thrown', () => {
  fc.assert(
    fc.property(fc.constantFrom(...events), fc.anything(), (event, payload) => {
      expect(readDelivery(event, payload).type).toMatch(/malformed|not-acted-on/);
    }),
  );
});

test('an official example with any one field replaced is answered, never thrown', () => {
  const spoilt = fc.record({
    example: fc.constantFrom(...officialExamples.filter(({ event }) => events.includes(event))),
    path: fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }),
    value: fc.anything(),
  });
  fc.assert(
    fc.property(spoilt, ({ example, path, value }) => {
      const payload = structuredClone(example.payload);
      replaceAt(payload, path, value);
      expect(typeof readDelivery(example.event, payload).type).toBe('string');
    }),
    { numRuns: 300 },
  );
});

/** Goes down by position, as far as there are objects, and replaces what it finds last. */
function replaceAt(holder: Record<string, unknown>, [position = 0, ...rest]: number[], value: unknown): void {
  const key = Object.keys(holder)[position % Math.max(1, Object.keys(holder).length)];
  if (key === undefined) return;
  const inner = holder[key];
  if (rest.length > 0 && typeof inner === 'object' && inner !== null) replaceAt(Object(inner), rest, value);
  else holder[key] = value;
}
