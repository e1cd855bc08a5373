import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { enrolOnce } from '#agent/credentials/enrol.ts';
import { EnrolmentFailed } from '#agent/credentials/errors.ts';
import { createUserKey } from '#agent/credentials/user-key.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  }
});

const answer = {
  id: 'host_00000000000000000000000001',
  jwt: 'a.b.c',
  expiresAt: 5,
  natsUrl: 'nats://127.0.0.1:4222',
  coordinator: 'coordinator_00000000000000000000000001',
};
const token = 'join-token-0123456789';

async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const enrol = (enrolUrl: string, signal = new AbortController().signal) =>
  enrolOnce({ enrolUrl, token, publicKey: createUserKey().publicKey, signal });

async function failureOf(promise: Promise<unknown>): Promise<EnrolmentFailed> {
  const error = await promise.then(
    () => expect.fail('the enrolment went through'),
    (error: unknown) => error,
  );
  if (error instanceof EnrolmentFailed) return error;
  throw error;
}

test('token and public key go out in the body, and the credential comes back', async () => {
  const seen: { url?: string; body: string } = { body: '' };
  const url = await listen((request, response) => {
    seen.url = request.url ?? '';
    request.on('data', chunk => {
      seen.body += chunk;
    });
    request.on('end', () => response.end(JSON.stringify(answer)));
  });
  await expect(enrol(`${url}/machines/`)).resolves.toEqual(answer);
  expect(seen.url).toBe('/machines/enrol');
  expect(JSON.parse(seen.body)).toMatchObject({ v: 1, token, publicKey: expect.stringMatching(/^U/) });
});

test.each([
  [403, true],
  [404, true],
  [429, false],
  [503, false],
])('an answer %i is permanent: %s, and its message is passed on', async (status, isPermanent) => {
  const url = await listen((_, response) => {
    response.writeHead(status).end(JSON.stringify({ detail: 'this ticket is used up' }));
  });
  const failure = await failureOf(enrol(url));
  expect(failure.isPermanent).toBe(isPermanent);
  expect(failure.message).toContain('this ticket is used up');
  expect(failure.message).not.toContain(token);
});

test('a coordinator that is not there may come back', async () => {
  const url = await listen(() => undefined);
  await new Promise(resolve => servers.splice(0)[0]?.close(resolve));
  const failure = await failureOf(enrol(url));
  expect(failure.isPermanent).toBe(false);
  expect(failure.message).toContain('ECONNREFUSED');
});

test('something else that answers 200 is not taken for a coordinator', async () => {
  const url = await listen((_, response) => response.end('<html>welcome</html>'));
  const failure = await failureOf(enrol(url));
  expect(failure.message).toContain('not that of a Paddock coordinator');
});

test('a redirect is not followed with the token', async () => {
  const url = await listen((_, response) => response.writeHead(307, { location: '/elsewhere' }).end());
  expect((await failureOf(enrol(url))).isPermanent).toBe(false);
});

test('an answer that breaks off may come whole another time', async () => {
  const url = await listen((_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{', () => response.destroy());
  });
  expect((await failureOf(enrol(url))).isPermanent).toBe(false);
});

test('an address of https is spoken to in TLS', async () => {
  const url = await listen(() => undefined);
  const failure = await failureOf(enrol(url.replace('http:', 'https:')));
  expect([failure.isPermanent, failure.message]).toEqual([
    false,
    expect.stringMatching(/SSL|EPROTO|wrong version/),
  ]);
});

test('an enrolment that nobody answers ends when it is aborted', async () => {
  const controller = new AbortController();
  const url = await listen(() => controller.abort(new Error('closing')));
  await expect(enrol(url, controller.signal)).rejects.toThrow('closing');
});
