/**
 * The product as an admin runs it, for a benchmark: coordinator, nats-server, host agent and machines as processes of their
 * own, a stand-in for GitHub that answers at once, a repository behind smart HTTP on loopback.
 */
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { serveGit } from '#coordinator/demo/git-server.ts';
import type { HookEvent } from '#coordinator/demo/github-stand-in/records.ts';
import { startGithubStandIn } from '#coordinator/demo/github-stand-in/stand-in.ts';
import type { Github } from '#coordinator/demo/github-stand-in/verbs.ts';
import { connect } from '#coordinator/store/connect.ts';
import type { Tx } from '#coordinator/store/store.ts';
import type { CommitSha } from '#shared/ids.ts';
import { type Api, createApi } from '#test/support/fleet/api.ts';
import { type CoordinatorProcess, coordinatorProcess } from '#test/support/fleet/coordinator-process.ts';
import { freePort } from '#test/support/fleet/free-port.ts';
import { killAll } from '#test/support/fleet/processes.ts';
import { type Link, openLink } from '#test/support/link.ts';
import { until } from '#test/support/until.ts';
import type { Place } from '../place.ts';
import { addCommits, type Files, keepInMirror, makeRepository } from './commits.ts';
import { openHooks, type Sent } from './hooks.ts';

export const repository = 'acme/rocket';
const token = 'token-of-the-bench';
const hookSecret = 'secret-of-the-hook';

export type FleetOptions = {
  reuse?: 'static' | 'single-use';
  max?: number;
  /** Machines that are connected and idle before there is a job. */
  warm?: number;
  shell?: string[];
  source?: 'auto' | 'archive';
  /** Of the coordinator's process. */
  env?: Record<string, string>;
  /** Names of images, each with such a pool; default: one. */
  images?: readonly string[];
  /** False: hosts join from elsewhere. */
  isLocalHostOn?: boolean;
  /** True: GitHub's API is reached over a link that can be cut. */
  isForgeFar?: boolean;
};

export type BenchFleet = {
  place: Place;
  directory: string;
  dataDir: string;
  url: string;
  machineUrl: string;
  api: Api;
  coordinator: CoordinatorProcess;
  /** Reads the coordinator's database, without a word to it. */
  database: Tx;
  /** Commits on main that the forge has; the mirror has not. */
  commit(commits: readonly Files[]): Promise<CommitSha[]>;
  /** Brings them into the mirror, as an earlier fetch of a pull request has. */
  mirror(commits: readonly CommitSha[]): Promise<void>;
  github: Github;
  /** The way to GitHub's API, with `isForgeFar`. */
  forgeLink: Link | null;
  /** Posts a webhook, timed like that of a push. */
  deliver(event: HookEvent): Promise<Sent>;
  /** Posts the webhook of a push; answers when its last byte was about to leave, by the monotonic clock. */
  push(commit: CommitSha): Promise<Sent>;
  settledJobs(): Promise<number>;
  /** Looks every 5 ms, or as seldom as told: looking takes a part of the processor that is measured. */
  untilSettled(count: number, timeoutMs?: number, everyMs?: number): Promise<void>;
  /** Machines that wait for a job, and nothing of an attempt is left on them. */
  untilIdle(machines: number, timeoutMs?: number): Promise<void>;
};

type Closer = () => Promise<unknown> | unknown;

/** Starts it, runs the body, and leaves no process and no file. */
export async function withBenchFleet<Result>(
  place: Place,
  options: FleetOptions,
  body: (fleet: BenchFleet) => Promise<Result>,
): Promise<Result> {
  const closers: Closer[] = [];
  try {
    const fleet = await open(place, options, closers);
    return await body(fleet).catch(error => {
      const tail = fleet.coordinator.log().trimEnd().split('\n').slice(-15).join('\n');
      throw new Error(
        `${error instanceof Error ? error.message : error}\nThe coordinator's last lines:\n${tail}`,
        {
          cause: error,
        },
      );
    });
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function open(place: Place, options: FleetOptions, closers: Closer[]): Promise<BenchFleet> {
  const directory = await mkdtemp(join(place.data, 'paddock-'));
  const work = await mkdtemp(join(place.work, 'machines-'));
  closers.push(
    () => killAll(work),
    () => killAll(directory),
  );
  const forge = await openForge(directory, closers, options.isForgeFar ?? false);
  const dataDir = join(directory, 'data');
  await mkdir(dataDir, { mode: 0o700 });
  // What machines write goes where Buildbot's worker writes too.
  await symlink(work, join(dataDir, 'hosts'));
  const port = await freePort();
  const configFile = join(directory, 'paddock.yaml');
  await writeFile(join(directory, 'token'), token, { mode: 0o600 });
  await writeFile(join(directory, 'hook-secret'), hookSecret, { mode: 0o600 });
  await writeFile(join(directory, 'blotted'), 'a-secret-that-no-log-has', { mode: 0o600 });
  const machinePort = await freePort();
  await writeFile(configFile, configuration(forge.api, port, machinePort, options));
  const url = `http://127.0.0.1:${port}`;
  const coordinator = coordinatorProcess({ configFile, dataDir, url, environment: options.env ?? {} });
  closers.push(() => coordinator.stop('SIGTERM'));
  await coordinator.start();
  const database = connect({ type: 'sqlite', file: join(dataDir, 'paddock.db') }, 'reader');
  closers.push(() => database.destroy());
  const hooks = openHooks({ url: `${url}/hooks/github`, secret: hookSecret });
  closers.push(hooks.close);
  const countOf = async (table: 'job' | 'machine', status: string) => {
    const query = sql<{
      count: number;
    }>`select count(*) as count from ${sql.table(table)} where status = ${status}`;
    return (await query.execute(database)).rows[0]?.count ?? 0;
  };
  const settledJobs = () => countOf('job', 'settled');
  const idleMachines = () => countOf('machine', 'ready');
  const deliver = ({ event, payload }: HookEvent) => hooks.send(event, payload);
  return {
    ...{ place, directory, dataDir, url, coordinator, database, deliver },
    ...{ github: forge.github, forgeLink: forge.link },
    machineUrl: `http://127.0.0.1:${machinePort}`,
    api: createApi(url, dataDir),
    commit: commits => addCommits(forge.bare, commits),
    async mirror(commits) {
      const { id } = await database.selectFrom('repository').select('id').executeTakeFirstOrThrow();
      await keepInMirror(join(dataDir, 'mirrors', `${id}.git`), commits);
    },
    async push(commit) {
      const [pushed] = forge.github.push({ repository, branch: 'main', commits: [{ sha: commit }] });
      if (!pushed) throw new Error('the stand-in has no event for a push');
      return deliver(pushed);
    },
    settledJobs,
    async untilSettled(count, timeoutMs = 60_000, everyMs = 5) {
      await until(`${count} jobs have settled`, async () => (await settledJobs()) >= count, {
        timeoutMs,
        everyMs,
      });
    },
    async untilIdle(machines, timeoutMs = 60_000) {
      const isIdle = async () => (await idleMachines()) >= machines;
      await until(`${machines} machines are idle`, isIdle, { timeoutMs, everyMs: 5 });
    },
  };
}

async function openForge(directory: string, closers: Closer[], isFar: boolean) {
  const github = await startGithubStandIn({ token });
  closers.push(github.close);
  const repositories = join(directory, 'git');
  const bare = join(repositories, `${repository}.git`);
  await makeRepository(bare);
  const git = await serveGit(repositories, process.env.PATH);
  closers.push(git.close);
  const [head = ''] = await addCommits(bare, [{ 'README.md': 'rocket\n' }]);
  github.github.createRepository({ fullName: repository, cloneUrl: git.urlOf(`${repository}.git`), head });
  const { hostname: host, port } = new URL(github.baseUrl);
  const link = isFar ? await openLink({ host, port: 0 }, { host, port: Number(port) }) : null;
  if (link) closers.push(link.close);
  const api = link ? `http://${host}:${link.port}` : github.baseUrl;
  return { ...github, bare, link, api };
}

function configuration(api: string, people: number, machines: number, options: FleetOptions): string {
  const { reuse = 'static', max = 1, warm = 0, images = ['here'], isLocalHostOn = true } = options;
  const agent = { shell: options.shell ?? ['/bin/sh', '-e'], source: options.source ?? 'auto' };
  const imageOf = (name: string) => ({
    name,
    os: 'linux',
    arch: 'any',
    machine: { driver: 'process', reuse },
    agent,
  });
  return JSON.stringify({
    data: 'data',
    listen: { people: `127.0.0.1:${people}`, machines: `127.0.0.1:${machines}` },
    github: { api, token: { file: 'token' }, 'webhook-secrets': [{ file: 'hook-secret' }] },
    repositories: [{ name: repository, secrets: { BLOTTED: { file: 'blotted' } } }],
    'allow-unisolated': [repository],
    images: images.map(imageOf),
    pools: images.map(image => ({ image, max, warm })),
    ...(isLocalHostOn ? {} : { 'local-host': false }),
    'log-level': 'warn',
  });
}
