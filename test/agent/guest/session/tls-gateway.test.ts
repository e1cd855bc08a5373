/** A coordinator with TLS, behind the gateway of a machine: another address than its certificate's. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gitRoute } from '#agent/guest/session/gateway.ts';
import { runGit } from '#agent/guest/source/run-git.ts';
import { type CertificateFiles, makeCertificate } from '#test/support/certificate.ts';
import { until } from '#test/support/until.ts';
import { withAgentProcess } from '../support/agent-process.ts';

const program = fileURLToPath(new URL('../support/ask-at-gateway.ts', import.meta.url));
const name = 'ci.paddock.test';
let directory: string;
let files: CertificateFiles;
let server: Server;
let port: number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-tls-'));
  files = await makeCertificate(directory, name);
  const options = { key: await readFile(files.key), cert: await readFile(files.certificate) };
  server = createServer(options, async (request, response) => {
    const { servername } = request.socket as TLSSocket;
    const body = await text(request);
    // The first thing that git asks a server for.
    if (request.url?.startsWith('/source/git/info/refs'))
      return response.end(`${'a'.repeat(40)}\trefs/heads/main\n`);
    const said = `${request.headers.host} ${servername} ${request.method} ${body.length}`;
    if (request.url === '/enrol') response.statusCode = 403;
    response.end(said);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true });
});

/** A process of its own: Node reads such certificates when it starts. */
async function askAs(host: string, ca: string): Promise<string[]> {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: ca };
  const words = [program, `https://${host}:${port}/`, '127.0.0.1'];
  return JSON.parse((await promisify(execFile)(process.execPath, words, { env })).stdout);
}

test('it is asked at the gateway under its own name, when its certificate is believed', async () => {
  const at = `${name}:${port} ${name}`;
  expect(await askAs(name, files.certificate)).toEqual([
    `get ${at} GET 0`,
    `put ${at} PUT 2`,
    expect.stringContaining(`was refused (403): ${at} POST `),
  ]);
});

test('a certificate of another name, and one that nobody was told of, are not believed', async () => {
  const other = await makeCertificate(directory, 'other.test');
  for (const said of await askAs('elsewhere.test', files.certificate))
    expect(said).toMatch(/ no: .*elsewhere\.test.*altnames|altnames.*elsewhere\.test/);
  for (const said of await askAs('127.0.0.1', files.certificate)) expect(said).toMatch(/ no: .*altnames/);
  for (const said of await askAs(name, other.certificate))
    expect(said).toMatch(/ no: .*self-signed certificate/);
});

test('the bundle of the agent, which loads TLS only then, checks the same', async () => {
  const environmentOf = (host: string) => ({
    PADDOCK_ENROL_URL: `https://${host}:${port}/`,
    PADDOCK_GATEWAY: '127.0.0.1',
    NODE_EXTRA_CA_CERTS: files.certificate,
  });
  await withAgentProcess({ environment: environmentOf(name) }, async ({ exit, said }) => {
    expect((await exit).code).toBe(2);
    expect(said()).toContain(`was refused (403): ${name}:${port} ${name} POST`);
  });
  await withAgentProcess({ environment: environmentOf('elsewhere.test') }, async ({ said }) => {
    await until('the certificate is refused', () => /elsewhere\.test.*altnames/.test(said()));
  });
});

test('git asks it there too, by the certificates that it is told of', async () => {
  const { signal } = new AbortController();
  const env = { PATH: process.env.PATH ?? '' };
  const list = (ca: string | undefined) => {
    const { url, config } = gitRoute(`https://${name}:${port}/source/git`, '127.0.0.1', ca);
    return runGit({ args: ['ls-remote', url], directory, env, config, signal });
  };
  expect(await list(files.certificate)).toEqual({
    ...{ isSuccess: true, said: `${'a'.repeat(40)}\trefs/heads/main\n` },
  });
  expect(await list(undefined)).toMatchObject({
    isSuccess: false,
    said: expect.stringMatching(/certificate/),
  });
});
