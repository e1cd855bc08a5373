import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeAccount, encodeOperator, encodeUser } from '@nats-io/jwt';
import { createAccount, createOperator, fromPublic } from '@nats-io/nkeys';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthenticator } from '#agent/credentials/authenticator.ts';
import { createUserKey } from '#agent/credentials/user-key.ts';
import { until } from '#test/support/until.ts';

const operator = createOperator();
const account = createAccount();
const unlimited = {
  conn: -1,
  subs: -1,
  data: -1,
  payload: -1,
  imports: -1,
  exports: -1,
  wildcards: true,
  leaf: -1,
};
let directory: string;
let server: ChildProcess;
let port: number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-credentials-'));
  const accountJwt = await encodeAccount('A', account, { limits: unlimited }, { signer: operator });
  const configuration = `host: 127.0.0.1
port: -1
ports_file_dir: "${directory}"
operator: ${await encodeOperator('O', operator)}
resolver: MEMORY
resolver_preload: { ${account.getPublicKey()}: ${accountJwt} }
`;
  await writeFile(join(directory, 'nats.conf'), configuration);
  server = spawn('nats-server', ['-c', join(directory, 'nats.conf')], { stdio: 'ignore' });
  const ports = join(directory, `nats-server_${server.pid}.ports`);
  const { nats } = JSON.parse(await until('nats-server has written its port', () => readFile(ports, 'utf8')));
  port = Number(new URL(nats[0]).port);
});

afterAll(async () => {
  const ended = new Promise(resolve => server.once('exit', resolve));
  server.kill('SIGKILL');
  await ended;
  await rm(directory, { recursive: true, force: true });
});

const login = (authenticator: ReturnType<typeof createAuthenticator>) =>
  connect({ servers: `127.0.0.1:${port}`, reconnect: false, timeout: 5_000, authenticator });

test('a real server in operator mode lets our key in', async () => {
  const key = createUserKey();
  const jwt = await encodeUser('peer', fromPublic(key.publicKey), account);
  const connection = await login(createAuthenticator(key, () => jwt));
  await connection.flush();
  await connection.close();
});

test('another key with the same credential is kept out', async () => {
  const [key, thief] = [createUserKey(), createUserKey()];
  const jwt = await encodeUser('peer', fromPublic(key.publicKey), account);
  const authenticator = createAuthenticator({ ...key, sign: thief.sign }, () => jwt);
  await expect(login(authenticator)).rejects.toThrow(/authorization/i);
});

test('a renewed credential is used at the next login', async () => {
  const key = createUserKey();
  const jwts = ['not a credential', await encodeUser('peer', fromPublic(key.publicKey), account)];
  const authenticator = createAuthenticator(key, () => jwts.shift() ?? '');
  await expect(login(authenticator)).rejects.toThrow();
  await (await login(authenticator)).close();
});
