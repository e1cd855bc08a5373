/** Nothing is refused without a code of the catalogue, and codes that were published stay. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { deliveryRefusals } from '#shared/refusals/deliveries.ts';
import { machineRefusals } from '#shared/refusals/machines.ts';
import { peopleRefusals, troubleRefusals } from '#shared/refusals/people.ts';
import type { Refusal } from '#shared/refusals/refusal.ts';
import { requestRefusals } from '#shared/refusals/requests.ts';
import { workRefusals } from '#shared/refusals/work.ts';
import { codeOfStatus, refusalCodes, refusals } from '#shared/refusals.ts';
import { readTree } from './architecture/tree.ts';

const golden = path.join(import.meta.dirname, 'transcripts/refusals.txt');

/** Where an answer of 400 or more is put together; everybody else says a code and leaves it to them. */
const makers = [
  'coordinator/ground/refuse.ts',
  'coordinator/http/errors.ts',
  'coordinator/http/raw-answer.ts',
];

/** What an answer looks like that has no code: a status that is written by hand, a problem document of its own. */
const byHand = [
  /writeHead\(\s*[45]\d\d/,
  /\.(?:code|status)\(\s*[45]\d\d/,
  /statusCode\s*=[^=]/,
  /application\/problem\+json/,
];

/** Answers nobody: readers of problem documents, the stand-in for GitHub, and the description of the API. */
const others = /^coordinator\/(?:cli|web|demo|setup|simulate|http\/openapi)\//;

const wrongIn = (file: string, text: string): string[] =>
  makers.includes(file) || others.test(file)
    ? []
    : byHand.filter(pattern => pattern.test(text)).map(pattern => `${file}: ${pattern}`);

test('no file but three answers a refusal by hand', async () => {
  const files = (await readTree()).filter(file => file.path.startsWith('coordinator/'));
  expect(files.length).toBeGreaterThan(300);
  expect(files.flatMap(file => wrongIn(file.path, file.text))).toEqual([]);
});

test.each([
  'response.writeHead(404, headers).end()',
  'reply.code(403).send({})',
  'response.statusCode = 500',
  "{ 'content-type': 'application/problem+json' }",
])('a planted `%s` is found', planted => {
  expect(wrongIn('coordinator/http/routes/planted.ts', planted)).toHaveLength(1);
});

test('each code is one word of its own, and stands in one story only', () => {
  const stories = [
    ...[requestRefusals, peopleRefusals, troubleRefusals],
    ...[machineRefusals, deliveryRefusals, workRefusals],
  ];
  expect(stories.flatMap(story => Object.keys(story))).toHaveLength(refusalCodes.length);
  for (const code of refusalCodes) expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  for (const [status, code] of Object.entries(codeOfStatus))
    expect(refusals[code].status).toBe(Number(status));
});

test('a sentence of the catalogue names nothing of what there is here', () => {
  for (const [code, { means, todo }] of Object.entries(refusals as Record<string, Refusal>)) {
    expect([code, means.length < 160 && todo.length < 160]).toEqual([code, true]);
    expect([code, `${means} ${todo}`]).not.toEqual([code, expect.stringMatching(/\/(?:var|home|tmp|etc)\//)]);
  }
});

const listed = (): string =>
  `${refusalCodes
    .map(code => `${code} ${refusals[code].status ?? '-'}`)
    .sort()
    .join('\n')}\n`;

test('codes that were published stay, with their status', () => {
  if (process.env.PADDOCK_WRITE_TRANSCRIPTS) writeFileSync(golden, listed());
  expect(listed()).toBe(readFileSync(golden, 'utf8'));
});
