import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import * as z from 'zod';
import { type Client, createClient } from '#coordinator/cli/client.ts';
import {
  refusal,
  type Script,
  type ScriptedCoordinator,
  scriptedCoordinator,
} from './support/scripted-coordinator.ts';

let coordinator: ScriptedCoordinator | undefined;
afterEach(() => coordinator?.close());

async function clientOf(answers: Script['answers'], token: string | null = 'admin_abc'): Promise<Client> {
  coordinator = await scriptedCoordinator(answers ? { answers } : {});
  return createClient({ url: coordinator.url, token, isHere: true });
}

const shape = z.object({ message: z.string() });

test('an answer is checked, and the token goes with every question', async () => {
  const client = await clientOf({ 'POST /x': (_, body) => ({ body: { message: JSON.stringify(body) } }) });
  expect(await client.post('/x', shape, { a: 1 })).toEqual({ message: '{"a":1}' });
  expect(coordinator?.asked).toEqual([
    { line: 'POST /x', authorization: 'Bearer admin_abc', body: { a: 1 } },
  ]);
});

test('without a token nothing is said of one', async () => {
  const client = await clientOf({ 'GET /x': () => ({ body: { message: '' } }) }, null);
  await client.get('/x', shape);
  expect(coordinator?.asked[0]?.authorization).toBeUndefined();
});

test('a refusal is given in the coordinator’s words, on one line, with its hint', async () => {
  const client = await clientOf({ 'GET /x': () => refusal(409, 'it is\nover\u001b[2J', 'try another') });
  await expect(client.get('/x', shape)).rejects.toMatchObject({
    code: 'refused',
    message: 'it is over [2J',
    hint: 'try another',
  });
});

test('who is not known is told about the token', async () => {
  const client = await clientOf({ 'GET /x': () => refusal(401, 'this needs an administrator', 'sign in') });
  await expect(client.get('/x', shape)).rejects.toMatchObject({
    hint: expect.stringContaining('--token-file'),
  });
});

test.each([429, 503])('a %i passes by itself: whoever watches asks again', async status => {
  const client = await clientOf({ 'GET /x': () => refusal(status, 'too many requests') });
  await expect(client.get('/x', shape)).rejects.toMatchObject({ code: 'unreachable' });
});

test('a coordinator of another version is said to be one', async () => {
  const client = await clientOf({ 'GET /x': () => ({ body: { messages: [] } }) });
  await expect(client.get('/x', shape)).rejects.toMatchObject({
    code: 'not-understood',
    message: expect.stringContaining('another version'),
  });
});

test('a server that is no coordinator is said to be none', async () => {
  const client = await clientOf({ 'GET /x': () => ({ status: 500, body: '<html>' }) });
  await expect(client.get('/x', shape)).rejects.toMatchObject({
    code: 'not-understood',
    message: expect.stringContaining('500'),
  });
});

test('a redirect is not followed: the token is for one coordinator', async () => {
  const server = createServer((_, response) => response.writeHead(302, { location: '/elsewhere' }).end());
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createClient({ url, token: 'admin_abc', isHere: true });
  await expect(client.get('/x', shape)).rejects.toMatchObject({ code: 'not-understood' });
  server.close();
});

test.each([
  [true, 'paddock up'],
  [false, /^curl .*\/healthz$/],
])('silence names the reason and what to try (here: %s)', async (isHere, hint) => {
  const client = await clientOf({});
  const { url } = client;
  await coordinator?.close();
  coordinator = undefined;
  const asked = createClient({ url, token: null, isHere }).get('/x', shape);
  await expect(asked).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(/cannot be reached: ECONNREFUSED$/),
    hint: typeof hint === 'string' ? hint : expect.stringMatching(hint),
  });
});

test('bytes come as they are', async () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
  const client = await clientOf({ 'GET /logs/x.txt': () => ({ bytes }) });
  const chunks: Uint8Array[] = [];
  for await (const chunk of client.bytes('/logs/x.txt', new AbortController().signal)) chunks.push(chunk);
  expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
});
