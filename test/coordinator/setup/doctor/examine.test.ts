import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from '#coordinator/bus/folder-lock.ts';
import { examine } from '#coordinator/setup/doctor/examine.ts';
import { openStore } from '#coordinator/store/store.ts';
import { tlsFiles } from '#coordinator/tls/folder.ts';
import { makeOwn } from '#coordinator/tls/own-certificate.ts';
import { type Diagnosis, diagnosis, type Finding } from '#shared/diagnosis.ts';

let directory: string;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'paddock-doctor-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await rm(directory, { recursive: true, force: true });
});

const anyPorts = "listen: { people: '127.0.0.1:0', machines: '127.0.0.1:0', nats: '127.0.0.1:0' }";

async function examineWith(configuration: string): Promise<Diagnosis> {
  await writeFile(path.join(directory, 'paddock.yaml'), `data: data\n${configuration}\n`);
  return diagnosis.parse(await examine({ configFile: null, environment: {}, directory }));
}

const about = ({ findings }: Diagnosis, name: string): Finding[] =>
  findings.filter(finding => finding.about === name);

const images = 'images: [{ name: here, os: linux, arch: x86_64, machine: { driver: process } }]';

test('a computer on which a coordinator can run is fit, and nothing is made on it', async () => {
  const found = await examineWith(`${anyPorts}\n${images}`);
  expect(found.findings.filter(({ state }) => state !== 'good')).toEqual([]);
  expect(found.isFit).toBe(true);
  expect(about(found, 'data')[0]?.text).toContain('will be made');
  expect(await readdir(directory)).toEqual(['paddock.yaml']);
});

test('every mistake of the configuration is a finding with its place', async () => {
  const found = await examineWith("lissen: {}\nlisten: { people: '127.0.0.1:99999' }");
  expect(about(found, 'configuration').map(({ text }) => text)).toEqual([
    'paddock.yaml:2:1 unknown key `lissen`; did you mean `listen`?',
    'paddock.yaml:3:19 a port is at most 65535',
  ]);
  expect(found.isFit).toBe(false);
});

test('a port that somebody else holds is bad', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  closers.push(() => server.close());
  const { port } = server.address() as { port: number };
  const found = await examineWith(`${anyPorts.replace('127.0.0.1:0', `127.0.0.1:${port}`)}\n${images}`);
  expect(about(found, `port ${port}`)).toEqual([
    expect.objectContaining({ state: 'bad', text: expect.stringContaining('something else listens there') }),
  ]);
});

test('a data directory that another process holds, and does not answer for, is a warning', async () => {
  const store = await openStore({ type: 'sqlite', file: path.join(directory, 'data/paddock.db') });
  await store.close();
  closers.push(await lockFolder(path.join(directory, 'data/lock')));
  const found = await examineWith(`${anyPorts}\n${images}`);
  expect(about(found, 'data')).toEqual([
    expect.objectContaining({ state: 'warning', text: expect.stringContaining(`process ${process.pid}`) }),
  ]);
  expect(about(found, 'database')[0]).toMatchObject({
    state: 'good',
    text: expect.stringMatching(/schema \d+$/),
  });
});

test('a file that is no database is bad', async () => {
  await writeFile(path.join(directory, 'data'), 'a file');
  const found = await examineWith(`${anyPorts}\n${images}`);
  expect(about(found, 'data')[0]).toMatchObject({
    state: 'bad',
    text: expect.stringContaining('not a directory'),
  });
});

test('what is right and will surprise somebody is a warning', async () => {
  const github =
    "github: { api: 'http://127.0.0.1:1', token: { env: SECRET }, webhook-secrets: [{ env: SECRET }] }";
  await writeFile(path.join(directory, 'paddock.yaml'), `data: data\n${anyPorts}\n${github}\n`);
  const found = await examine({ configFile: null, environment: { SECRET: 'x' }, directory });
  expect(about(found, 'configuration').map(({ state, text }) => [state, text])).toEqual([
    ['good', 'paddock.yaml: 0 images, 0 repositories'],
    ['warning', 'no image is configured, so nothing can be tested'],
    ['warning', 'no repository is configured, so no webhook is acted on'],
    ['warning', 'the links in statuses on GitHub lead to this computer only'],
  ]);
  expect(found.isFit).toBe(true);
});

test('what is said in the clear, and which certificate ends when', async () => {
  const listening = (rest: string) =>
    examineWith(`listen: { people: '127.0.0.1:0', machines: '0.0.0.0:0', nats: '127.0.0.1:0', ${rest} }`);
  const plain = await listening('tls: [people, nats]');
  expect(plain.isFit).toBe(false);
  expect(about(plain, 'TLS')).toMatchObject([
    { state: 'bad', text: expect.stringContaining('listen.machines (0.0.0.0:0) can be reached') },
    { state: 'bad', text: expect.stringContaining('none were made') },
  ]);
  await makeOwn(tlsFiles(path.join(directory, 'data')), { names: ['localhost'], now: Date.now() });
  const told = await listening('tls: [people, nats], plain-text: [machines]');
  expect(told.isFit).toBe(true);
  expect(about(told, 'TLS')).toMatchObject([
    { state: 'good', text: 'listen.people, listen.nats: TLS' },
    { state: 'warning', remedy: expect.stringContaining('--plain-text-on-public-addresses') },
    {
      state: 'good',
      text: expect.stringMatching(/certificate for localhost ends on \d{4}-\d\d-\d\d, in \d+ days/),
    },
  ]);
});
