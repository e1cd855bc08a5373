/**
 * Somebody between a machine and its coordinator, who can answer every connection, and has a certificate: of another authority,
 * for another name, or one that has ended. Each test holds against the right one too, so that what keeps him out is that.
 */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createPlainServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createSecureContext, TLSSocket } from 'node:tls';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createAuthenticator } from '#agent/credentials/authenticator.ts';
import { enrolOnce } from '#agent/credentials/enrol.ts';
import { nameIn, natsTls } from '#agent/credentials/nats-tls.ts';
import { createUserKey } from '#agent/credentials/user-key.ts';
import { ask } from '#agent/guest/ask.ts';
import { gitRoute } from '#agent/guest/session/gateway.ts';
import { runGit } from '#agent/guest/source/run-git.ts';
import { authoritiesIn } from '#agent/host/believed.ts';
import { openCredential } from '#agent/host/credential.ts';
import { openImage } from '#agent/host/images/open-image.ts';
import type { Issued } from '#coordinator/tls/make-certificate.ts';
import { believedAsWord } from '#coordinator/tls/shown.ts';
import { splitJoinToken, withAuthorities } from '#shared/tls.ts';
import { createAuthority, type TestAuthority } from '#test/support/authority.ts';
import { until } from '#test/support/until.ts';

const secret = 'ticket-and-token-of-a-machine';
const publicKey = `U${'A'.repeat(55)}`;
const { signal } = new AbortController();
const dayMs = 86_400_000;
let directory: string;
let authority: TestAuthority;
let stranger: TestAuthority;
let way: { gateway: null; authorities: string };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-middle-'));
  authority = await createAuthority();
  stranger = await createAuthority('Paddock of a test');
  way = { gateway: null, authorities: authority.pem };
  await writeFile(join(directory, 'ca.pem'), authority.pem);
});
afterAll(() => rm(directory, { recursive: true }));

const names = ['127.0.0.1'];
const ended = { startsAt: Date.now() - 2 * dayMs, endsAt: Date.now() - dayMs };
type Certify = () => Promise<Issued>;

const certificates: [who: string, certify: Certify][] = [
  ['a certificate of another authority, of the same name', () => stranger.certify(names)],
  ['a certificate of ours for another name', () => authority.certify(['127.0.0.2', 'ci.example.org'])],
  ['a certificate of ours that has ended', () => authority.certify(names, ended)],
];
const right: Certify = () => authority.certify(names);

/** Answers everything, and writes down what it was told. */
async function inTheMiddle(certify: Certify): Promise<{ url: string; told: string[] }> {
  const { key, certificate: cert } = await certify();
  const told: string[] = [];
  const server = createServer({ key, cert }, async (request, response) => {
    told.push(`${request.method} ${request.headers.authorization ?? ''} ${await text(request)}`);
    response.end('');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, told };
}

/** Each way in which an agent shows a secret to its coordinator. */
const conversations: [what: string, talk: (url: string) => Promise<unknown>][] = [
  ['the ticket of a machine', url => enrolOnce({ enrolUrl: url, token: secret, publicKey, way, signal })],
  ['the source of an attempt, as an archive', url => asAttempt(`${url}/archive.tar`)],
  ['the files of an attempt', url => asAttempt(`${url}/uploads`, { method: 'PUT', body: Buffer.from('x') })],
  ['the source of an attempt, by git', byGit],
  [
    'the token of a host, for a file of an image',
    url => openImage({ url, token: secret }, way.authorities, signal),
  ],
];

async function asAttempt(url: string, more: object = {}): Promise<void> {
  const answer = await ask(url, { headers: { authorization: `Bearer ${secret}` }, way, signal, ...more });
  answer.resume();
}

async function byGit(url: string): Promise<void> {
  const { config } = gitRoute(url, null, join(directory, 'ca.pem'));
  const { isSuccess, said } = await runGit({
    ...{ args: ['ls-remote', url], directory, env: { PATH: process.env.PATH ?? '' }, signal },
    config: [...config, ['http.extraHeader', `Authorization: Bearer ${secret}`]],
  });
  if (!isSuccess) throw new Error(said);
}

for (const [what, talk] of conversations) {
  test.each(certificates)(`to get ${what} with %s`, async (_, certify) => {
    const { url, told } = await inTheMiddle(certify);
    await expect(talk(url)).rejects.toThrow(/certif/i);
    expect(told).toEqual([]);
  });

  test(`(the coordinator itself gets ${what})`, async () => {
    const { url, told } = await inTheMiddle(right);
    await talk(url).catch(() => {}); // an empty answer is none
    expect(told.join()).toContain(secret);
  });
}

/** A NATS server that says hello, turns to TLS if it is to, and writes down what it is told then. */
async function natsInTheMiddle(certify: Certify | null): Promise<{ url: string; told: string[] }> {
  const issued = certify && (await certify());
  const told: string[] = [];
  const sockets: Socket[] = [];
  const server = createPlainServer(socket => {
    sockets.push(socket);
    socket.on('error', () => {});
    const info = { server_id: 'a', version: '2.9.10', max_payload: 1_000, nonce: 'abcdefgh', headers: true };
    socket.write(`INFO ${JSON.stringify({ ...info, ...(issued && { tls_required: true }) })}\r\n`);
    const listening = issued ? overTls(socket, issued) : socket;
    listening.on('error', () => {});
    listening.on('data', bytes => told.push(String(bytes)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `tls://127.0.0.1:${(server.address() as AddressInfo).port}`, told };
}

const overTls = (socket: Socket, { key, certificate: cert }: Issued): TLSSocket =>
  new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ key, cert }) });

const logIn = (url: string) =>
  connect({
    servers: url,
    ...natsTls(url, way.authorities, () => nameIn(url)),
    authenticator: createAuthenticator(createUserKey(), () => secret),
    ...{ reconnect: false, timeout: 2_000 },
  });

test.each([...certificates, ['no certificate at all, as a server without TLS', null] as const])(
  'to have a machine log in to NATS with %s',
  async (_, certify) => {
    const { url, told } = await natsInTheMiddle(certify);
    await expect(logIn(url)).rejects.toThrow(/certif|does not support 'tls'/i);
    expect(told).toEqual([]);
  },
);

test('(a machine logs in to the NATS of its coordinator)', async () => {
  const { url, told } = await natsInTheMiddle(right);
  const refused = logIn(url).catch(() => {}); // it is no NATS server after all
  await until('it has logged in', () => told.join().includes(secret));
  await refused;
});

test('to be shown a join token in plain text, by an address that begins with http', async () => {
  const file = join(directory, 'join-token');
  await writeFile(file, withAuthorities(`join_${'a'.repeat(43)}`, believedAsWord(authority.pem)));
  const state = { key: join(directory, 'key'), credential: join(directory, 'credential.json') };
  const open = (enrolUrl: string) =>
    openCredential({
      state,
      enrolUrl,
      joinTokenFile: file,
      log: () => {},
      signal: AbortSignal.timeout(5_000),
    });
  await expect(open('http://192.0.2.1:7071')).rejects.toThrow(/begins with http; nothing was sent/);
});

test('to have a host believe another authority than the line that it was given says', () => {
  const line = withAuthorities(`join_${'a'.repeat(43)}`, believedAsWord(authority.pem + stranger.pem));
  const { token, authorities } = splitJoinToken(line);
  expect(token).toBe(`join_${'a'.repeat(43)}`);
  expect(authoritiesIn(authorities ?? '')).toBe(authority.pem + stranger.pem);
  const damaged = (authorities ?? '').replace(/.{40}$/, '');
  for (const word of ['', 'AAAA', damaged, `${authorities}AA`])
    expect(() => authoritiesIn(word)).toThrow(/the join token is damaged/);
});
