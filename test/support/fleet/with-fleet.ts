import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveGit } from '#coordinator/demo/git-server.ts';
import { deliver, type SentDelivery } from '#coordinator/demo/github-stand-in/deliver.ts';
import { createOrigin } from '#coordinator/demo/origin.ts';
import { tlsFiles } from '#coordinator/tls/folder.ts';
import { makeOwn } from '#coordinator/tls/own-certificate.ts';
import type { ImageManifestInput } from '#shared/image-manifest.ts';
import { startFakeGithub } from '../fake-github/fake-github.ts';
import { clientId, clientSecret } from '../people/github-of-people.ts';
import { createApi } from './api.ts';
import { coordinatorProcess } from './coordinator-process.ts';
import { type Fleet, image, repository } from './fleet.ts';
import { freePort } from './free-port.ts';
import { assertNothingLeft, assertTruth } from './oracle.ts';
import { killAll } from './processes.ts';

export type FleetOptions = {
  commits?: 'supersede' | 'every-commit';
  /** Each with such a pool; default: one. */
  images?: readonly string[];
  /** In place of such images: these, with what `local-host` says of how their machines are made. */
  made?: { localHost: object; images: readonly ImageManifestInput[] };
  /** Machines of a pool at most. */
  max?: number;
  /** Machines that are there before anybody asks. */
  warm?: number;
  /** A machine has so long to report in. */
  bootDeadline?: string;
  /** False: hosts join from elsewhere. */
  isLocalHostOn?: boolean;
  reuse?: 'single-use' | 'static';
  /** The repository is private on GitHub. */
  isPrivate?: boolean;
  /** Where traces are sent to. */
  tracingAt?: string;
  /** Of one log, such as 1MiB. */
  logLimit?: string;
  /** People sign in with GitHub. */
  hasSignIn?: boolean;
  /** Names of secrets that suites get, with their values. */
  secrets?: Record<string, string>;
  /** The address at which machines and hosts look for the coordinator; somebody passes on what comes there. */
  machinesAt?: string;
  /** In place of that: the whole `machine-url`, of something that passes on what comes there. */
  machineUrl?: string;
  /** Machine listener and NATS speak TLS, by an authority that is made before. */
  isTls?: boolean;
  /** How the origin is reached, when not directly; answers the address in place of this one. */
  gitAt?(url: string): Promise<string>;
  /** Of the coordinator's process, beyond the usual. */
  environment?: (directory: string) => Record<string, string>;
  /** Called when the data directory exists and is empty, before anything starts. */
  furnish?: (place: FleetPlace) => Promise<void>;
};

export type FleetPlace = Pick<Fleet, 'dataDir' | 'ports' | 'onClose'>;

/** Starts it, runs the body, holds what it left against the truth, and clears up; also after a body that throws. */
export async function withFleet(options: FleetOptions, body: (fleet: Fleet) => Promise<void>): Promise<void> {
  const closers: (() => Promise<unknown> | unknown)[] = [];
  const directory = await mkdtemp(join(tmpdir(), 'paddock-fleet-'));
  closers.push(() => rm(directory, { recursive: true, force: true }));
  closers.push(() => killAll(directory));
  try {
    const fleet = await open(directory, options, closers);
    await body(fleet).catch(error => {
      throw withLog(error, fleet);
    });
    await assertTruth(fleet).catch(error => {
      throw withLog(error, fleet);
    });
    await fleet.coordinator.stop('SIGTERM');
    await assertNothingLeft(fleet);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** The end of the coordinator's log belongs to the failure: its directory is gone when somebody reads it. */
function withLog(error: unknown, { coordinator }: Fleet): Error {
  const lines = coordinator.log().trimEnd().split('\n').slice(-25).join('\n');
  const message = error instanceof Error ? error.message : String(error);
  return new Error(`${message}\n\nThe coordinator's last lines:\n${lines}`, { cause: error });
}

async function open(
  directory: string,
  options: FleetOptions,
  closers: (() => Promise<unknown> | unknown)[],
): Promise<Fleet> {
  const fake = await startFakeGithub();
  closers.push(fake.close);
  const repositories = join(directory, 'git');
  await mkdir(repositories);
  const git = await serveGit(repositories, process.env.PATH);
  closers.push(git.close);
  const origin = await createOrigin(join(repositories, `${repository}.git`), process.env.PATH);
  const head = await origin.commit('main', 'The first commit', { 'README.md': 'rocket\n' });
  const directly = git.urlOf(`${repository}.git`);
  const cloneUrl = (await options.gitAt?.(directly)) ?? directly;
  fake.github.createRepository({
    fullName: repository,
    cloneUrl,
    head,
    isPrivate: options.isPrivate ?? false,
  });
  const secret = 'secret-of-the-hook';
  const dataDir = join(directory, 'data');
  const configFile = join(directory, 'paddock.yaml');
  const ports = { people: await freePort(), machines: await freePort(), nats: await freePort() };
  await mkdir(dataDir, { mode: 0o700 });
  const onClose: Fleet['onClose'] = close => void closers.push(close);
  if (options.isTls) await makeOwn(tlsFiles(dataDir), { names: expectedHere, now: Date.now() });
  await options.furnish?.({ dataDir, ports, onClose });
  await writeFile(join(directory, 'token'), fake.token, { mode: 0o600 });
  await writeFile(join(directory, 'hook-secret'), secret, { mode: 0o600 });
  for (const [name, value] of Object.entries(options.secrets ?? {}))
    await writeFile(join(directory, `secret-${name}`), value, { mode: 0o600 });
  await writeFile(configFile, configuration(fake.baseUrl, ports, options));
  const url = `http://127.0.0.1:${ports.people}`;
  await writeFile(join(directory, 'client-secret'), clientSecret, { mode: 0o600 });
  fake.github.offerSignIn({ clientId, clientSecret, callbackUrls: [`${url}/sign-in/github/callback`] });
  const environment = options.environment?.(directory) ?? {};
  const coordinator = coordinatorProcess({ configFile, dataDir, url, environment });
  closers.push(() => coordinator.stop('SIGKILL'));
  await coordinator.start();
  const target = { url: `${url}/hooks/github`, secret };
  return {
    fake,
    origin,
    coordinator,
    directory,
    dataDir,
    url,
    ports,
    api: createApi(url, dataDir),
    async send(events) {
      const sent: SentDelivery[] = [];
      for (const event of events) sent.push(await accepted(deliver(target, event)));
      return sent;
    },
    onClose,
  };
}

const expectedHere = ['localhost', '127.0.0.1'];

async function accepted(delivering: Promise<SentDelivery>): Promise<SentDelivery> {
  const sent = await delivering;
  if (sent.status !== 202) throw new Error(`${sent.event} was answered with ${sent.status}: ${sent.answer}`);
  return sent;
}

const configuration = (
  api: string,
  { people, machines, nats }: Fleet['ports'],
  {
    commits = 'supersede',
    images = [image],
    max = 2,
    warm = 0,
    bootDeadline = '2m',
    isLocalHostOn = true,
    made,
    reuse = 'single-use',
    hasSignIn = false,
    secrets = {},
    isTls = false,
    logLimit = '1GiB',
    tracingAt,
    machinesAt,
    machineUrl = machinesAt && `http://${machinesAt}:${machines}`,
  }: FleetOptions,
) => `data: data
listen: { people: '127.0.0.1:${people}', machines: '127.0.0.1:${machines}', nats: '127.0.0.1:${machinesAt ? nats : 0}', tls: ${isTls ? '[machines, nats]' : 'false'} }
${machineUrl ? `machine-url: '${machineUrl}'` : ''}
github: { api: '${api}', token: { file: token }, webhook-secrets: [{ file: hook-secret }]${hasSignIn ? `, sign-in: { client-id: ${clientId}, client-secret: { file: client-secret } }` : ''} }
repositories:
  - name: ${repository}
    commits: ${commits}
    secrets: { ${Object.keys(secrets)
      .map(name => `${name}: { file: secret-${name} }`)
      .join(', ')} }
allow-unisolated: [${repository}]
images: ${made ? JSON.stringify(made.images) : `[${images.map(name => `{ name: ${name}, os: linux, arch: any, machine: { driver: process, reuse: ${reuse} }, boot: { deadline: ${bootDeadline} } }`)}]`}
pools: [${(made?.images ?? images.map(name => ({ name }))).map(({ name }) => `{ image: ${name}, max: ${max}, warm: ${warm}, idle: 1s }`)}]
${isLocalHostOn ? (made ? `local-host: ${JSON.stringify(made.localHost)}` : '') : 'local-host: false'}
${tracingAt ? `tracing: { endpoint: '${tracingAt}', headers: { authorization: { file: hook-secret } } }` : ''}
log-limit: ${logLimit}
log-level: info
`;
