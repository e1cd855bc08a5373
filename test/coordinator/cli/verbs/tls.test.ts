/** `paddock tls` at a terminal, and the command line with a coordinator that speaks nothing but TLS. */
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '#coordinator/config/config.ts';
import { startCoordinator } from '#coordinator/coordinator.ts';
import { tlsView } from '#shared/tls.ts';
import { createAuthority } from '#test/support/authority.ts';
import { until } from '#test/support/until.ts';
import { spawnPaddock } from '../support/spawned.ts';
import { typeCommand } from '../support/type-command.ts';

const ports = "people: '127.0.0.1:0', machines: '127.0.0.1:0', nats: '127.0.0.1:0'";
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'paddock-tls-'));
  await configure(`listen: { ${ports}, tls: true }`);
});
afterEach(() => rm(directory, { recursive: true }));

const configure = (text: string) =>
  writeFile(path.join(directory, 'paddock.yaml'), `data: data\nlocal-host: false\n${text}\n`);
const type = (...args: string[]) => typeCommand(['tls', ...args], { directory });
const viewOf = async (...args: string[]) => tlsView.parse(JSON.parse((await type(...args, '--json')).stdout));

async function certificateFor(name: string) {
  const authority = await createAuthority('Company');
  const { key, certificate } = await authority.certify([name]);
  const files = { '--cert': certificate, '--key': key, '--ca': authority.pem };
  for (const [option, text] of Object.entries(files)) await writeFile(path.join(directory, option), text);
  return ['--cert', './--cert', '--key', './--key'];
}

test('init, use and show say what there is, for people and for programs', async () => {
  expect(await type('show')).toMatchObject({ code: 2, stdout: expect.stringContaining('paddock tls init') });
  const made = await type('init', '--name', 'ci.example.org');
  expect(made).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/ci\.example\.org[\s\S]*600 .*ca\.key/),
  });
  const { certificates, problems } = await viewOf('show');
  expect(problems).toEqual([]);
  expect(certificates).toMatchObject([
    { kind: 'authority', names: [], shownBy: [] },
    {
      kind: 'own',
      names: expect.arrayContaining(['ci.example.org']),
      shownBy: ['people', 'machines', 'nats'],
    },
  ]);
  const given = await certificateFor('ci.example.org');
  expect((await viewOf('use', ...given)).certificates).toMatchObject([
    { kind: 'authority' },
    { kind: 'own', shownBy: ['machines', 'nats'] },
    { kind: 'given', names: ['ci.example.org'], shownBy: ['people'] },
  ]);
  expect(await type('use', ...given, '--ca', './--ca')).toMatchObject({
    ...{ code: 2, stderr: expect.stringContaining('`listen.nats` of the configuration says 127.0.0.1') },
  });
  await configure(`machine-url: https://ci.example.org:7071\nlisten: { ${ports}, tls: true }`);
  const forAll = await viewOf('use', ...given, '--ca', './--ca');
  expect(forAll.certificates.map(({ kind, shownBy }) => [kind, shownBy.length])).toEqual([
    ...[
      ['authority', 0],
      ['own', 0],
      ['given', 3],
      ['given-authority', 0],
    ],
  ]);
  expect((await viewOf('use', '--own')).certificates).toHaveLength(2);
});

test('what cannot be used is said in a sentence', async () => {
  await configure(`url: https://ci.example.org\nlisten: { ${ports}, tls: true }`);
  const given = await certificateFor('other.example.org');
  expect(await type('use', ...given)).toMatchObject({
    ...{
      code: 2,
      stderr: expect.stringContaining('is for other.example.org, and `url` of the configuration'),
    },
  });
  expect(await type('use', '--cert', './--cert')).toMatchObject({
    ...{ code: 2, stderr: expect.stringContaining('--cert and --key belong together') },
  });
  expect(await type('init', '--name', 'https://ci.example.org')).toMatchObject({
    ...{ code: 2, stderr: expect.stringContaining('neither a name nor an address') },
  });
});

test('keys that others may read are named', async () => {
  await type('init');
  await chmod(path.join(directory, 'data/tls/ca.key'), 0o644);
  expect((await viewOf('show')).problems).toEqual([expect.stringMatching(/ca\.key holds a key.*chmod 600/)]);
});

test('the command line comes to a coordinator by TLS, and by its authority alone', async () => {
  await type('init');
  const { dataDir, machineUrl, close } = await start();
  const environment = { PATH: process.env.PATH, HOME: directory, PADDOCK_DATA: dataDir };
  const run = (...args: string[]) => spawnPaddock(args, environment).ended;
  expect(await run('status')).toMatchObject({ code: 0 });
  const { stdout } = await run('host', 'add', 'attic');
  expect(stdout.toString()).toMatch(
    /^PADDOCK_JOIN_TOKEN=join_[\w-]{43}\.[\w-]{400,} paddock host run --coordinator https:\/\/localhost:\d+\n$/,
  );
  expect(machineUrl).toMatch(/^https:/);
  const place = JSON.parse(await readFile(path.join(dataDir, 'coordinator.json'), 'utf8'));
  const strangers = {
    ...environment,
    PADDOCK_URL: place.localUrl,
    PADDOCK_DATA: path.join(directory, 'none'),
  };
  const { code, stderr } = await spawnPaddock(['runs'], strangers).ended;
  expect([code, stderr.toString()]).toEqual([2, expect.stringMatching(/CERT|certificate/)]);
  await close();
});

test('another certificate is shown by a coordinator that runs; browsers keep to https and cookies with it', async () => {
  await configure(`url: https://ci.example.org\nlisten: { ${ports}, tls: true }`);
  await type('init');
  const coordinator = await start();
  const { port } = new URL(JSON.parse(await readFile(placeOf(coordinator.dataDir), 'utf8')).localUrl);
  const given = await certificateFor('ci.example.org');
  const company = await readFile(path.join(directory, '--ca'), 'utf8');
  const ask = () =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const options = { port, host: '127.0.0.1', servername: 'ci.example.org', ca: company, agent: false };
      const headers = { host: 'ci.example.org' };
      get({ ...options, headers, path: '/healthz' }, response => {
        response.resume();
        resolve(response.headers);
      }).on('error', reject);
    });
  await expect(ask()).rejects.toThrow(/certificate/);
  await type('use', ...given);
  const headers = await until('it shows the other one', () => ask().catch(() => null));
  expect(headers).toMatchObject({ 'strict-transport-security': 'max-age=31536000' });
  const mode = (await stat(path.join(coordinator.dataDir, 'tls/given.pem'))).mode & 0o777;
  expect(mode).toBe(0o600);
  await coordinator.close();
});

const placeOf = (dataDir: string) => path.join(dataDir, 'coordinator.json');

async function start() {
  const config = await loadConfig(null, {}, directory);
  const coordinator = await startCoordinator(config, { logger: pino({ level: 'silent' }) });
  onTestFinished(() => coordinator.close());
  return coordinator;
}

test('a coordinator does not start in plain text where others reach it, unless that is said twice', async () => {
  const listen = "listen: { people: '0.0.0.0:0', machines: '127.0.0.1:0', nats: '127.0.0.1:0'";
  const logger = pino({ level: 'silent' });
  const starting = async (isPlainTextAllowed: boolean) =>
    startCoordinator(await loadConfig(null, {}, directory), { logger, isPlainTextAllowed });
  await configure(`${listen} }`);
  await expect(starting(true)).rejects.toThrow(/listen\.people \(0\.0\.0\.0:0\).*paddock tls init/);
  await configure(`${listen}, plain-text: [people] }`);
  await expect(starting(false)).rejects.toThrow(/--plain-text-on-public-addresses/);
  const coordinator = await starting(true);
  await coordinator.close();
});
