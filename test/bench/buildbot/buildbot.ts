/** Buildbot as Debian packages it: a master and a worker as processes of their own, on loopback. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { findProgram } from '#coordinator/setup/find-program.ts';
import { freePort } from '#test/support/fleet/free-port.ts';
import { killAll } from '#test/support/fleet/processes.ts';
import { until } from '#test/support/until.ts';
import { openHooks, type Sent } from '../paddock/hooks.ts';
import type { Place } from '../place.ts';
import { type MasterFacts, masterConfig } from './master-config.ts';

export type Buildbot = {
  version: string;
  pids: { master: number; worker: number };
  /** Posts the webhook that starts this builder. */
  push(builder: string, commit: string): Promise<Sent>;
  completed(builder: string): number;
  untilCompleted(builder: string, count: number): Promise<void>;
};

const secret = 'secret-of-the-hook';

/** Which of the two programs are missing; empty when Buildbot can be measured. */
export async function missingPrograms(): Promise<string[]> {
  const names = ['buildbot', 'buildbot-worker', 'twistd3'];
  const found = await Promise.all(names.map(name => findProgram({ programs: [name], folders: [] })));
  return names.filter((_, index) => found[index] === null);
}

/** Starts both, runs the body, ends both. */
export async function withBuildbot<Result>(
  place: Place,
  facts: Pick<MasterFacts, 'commands' | 'withSource'>,
  body: (buildbot: Buildbot) => Promise<Result>,
): Promise<Result> {
  const home = await mkdtemp(join(place.data, 'buildbot-'));
  const work = await mkdtemp(join(place.work, 'worker-'));
  const closers: (() => Promise<unknown> | unknown)[] = [() => killAll(work), () => killAll(home)];
  try {
    return await body(await open(home, work, facts, closers));
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function open(
  home: string,
  work: string,
  facts: Pick<MasterFacts, 'commands' | 'withSource'>,
  closers: (() => Promise<unknown> | unknown)[],
): Promise<Buildbot> {
  const version = await versionOf();
  // The system's Python, whatever else is on PATH; and Debian has no buildbot-www, which the hook needs by name only.
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: home,
    PYTHONPATH: await stubWeb(home, version),
    LC_ALL: 'C.UTF-8',
  };
  const run = (program: string, ...args: string[]) => promisify(execFile)(program, args, { env, cwd: home });
  const [webPort, workerPort] = [await freePort(), await freePort()];
  const master = join(home, 'master');
  await run('buildbot', 'create-master', '-q', master);
  await writeFile(join(master, 'master.cfg'), masterConfig({ ...facts, webPort, workerPort, secret }));
  await run('buildbot-worker', 'create-worker', '-q', work, `127.0.0.1:${workerPort}`, 'worker', 'password');
  const start = (directory: string, said: string) => startTwistd(directory, said, env, closers);
  const masterPid = await start(master, 'BuildMaster is running');
  const workerPid = await start(work, 'Connected to buildmaster; worker is ready');
  const database = new DatabaseSync(join(master, 'state.sqlite'), { readOnly: true, timeout: 5_000 });
  closers.push(() => database.close());
  const hooks = openHooks({ url: `http://127.0.0.1:${webPort}/change_hook/github`, secret, headersFor });
  closers.push(hooks.close);
  const count = database.prepare(
    'select count(*) as count from builds b join builders r on r.id = b.builderid where r.name = ? and b.complete_at is not null and b.results = 0',
  );
  const completed = (builder: string) => Number(count.get(builder)?.count);
  return {
    version,
    pids: { master: masterPid, worker: workerPid },
    push: (builder, commit) => hooks.send('push', payloadOf(builder, commit)),
    completed,
    async untilCompleted(builder, wanted) {
      const isThere = () => completed(builder) >= wanted;
      await until(`${wanted} builds of ${builder} are complete`, isThere, {
        timeoutMs: 120_000,
        everyMs: 10,
      });
    },
  };
}

/** Answers its pid once its log says that it is ready. */
async function startTwistd(
  directory: string,
  said: string,
  env: Record<string, string>,
  closers: (() => Promise<unknown> | unknown)[],
): Promise<number> {
  const args = [
    `--pidfile=${join(directory, 'twistd.pid')}`,
    '--nodaemon',
    '--no_save',
    '-y',
    'buildbot.tac',
  ];
  const child: ChildProcess = spawn('twistd3', args, { cwd: directory, env, stdio: 'ignore' });
  const ended = once(child, 'exit');
  closers.push(async () => {
    child.kill();
    await ended;
  });
  const log = join(directory, 'twistd.log');
  await until(`${log} says "${said}"`, async () => (await readFile(log, 'utf8')).includes(said), {
    timeoutMs: 60_000,
    everyMs: 50,
  });
  return child.pid ?? 0;
}

async function versionOf(): Promise<string> {
  const { stdout } = await promisify(execFile)('/usr/bin/buildbot', ['--version'], {
    env: { PATH: '/usr/bin:/bin' },
  });
  return /Buildbot version: (\S+)/.exec(stdout)?.[1] ?? 'unknown';
}

/** A package called buildbot_www, of this version, with nothing in it. Answers the folder for Python's path. */
async function stubWeb(home: string, version: string): Promise<string> {
  const stub = join(home, 'stub');
  const [code, facts] = [join(stub, 'buildbot_www'), join(stub, `buildbot_www-${version}.egg-info`)];
  await mkdir(join(code, 'static'), { recursive: true });
  await mkdir(facts);
  const files = {
    [join(code, 'VERSION')]: `${version}\n`,
    [join(code, 'static/index.html')]: '<html></html>\n',
    [join(code, '__init__.py')]:
      "from buildbot.www.plugin import Application\nep = Application(__name__, 'nothing')\n",
    [join(facts, 'PKG-INFO')]: `Metadata-Version: 1.0\nName: buildbot-www\nVersion: ${version}\n`,
    [join(facts, 'entry_points.txt')]: '[buildbot.www]\nbase = buildbot_www:ep\n',
  };
  for (const [file, text] of Object.entries(files)) await writeFile(file, text);
  return stub;
}

/** It knows the older signature only. */
const headersFor = (key: string, event: string, id: string, body: Buffer) => ({
  'content-type': 'application/json',
  'x-github-event': event,
  'x-github-delivery': id,
  'x-hub-signature': `sha1=${createHmac('sha1', key).update(body).digest('hex')}`,
});

function payloadOf(branch: string, id: string): object {
  const person = { name: 'bench', email: 'bench@localhost' };
  const commit = {
    ...{ id, message: 'A commit', timestamp: '2026-11-20T10:00:00Z', url: `http://127.0.0.1/${id}` },
    ...{ author: person, committer: person, added: ['n.txt'], modified: [], removed: [] },
  };
  const repository = { name: 'rocket', full_name: 'acme/rocket', html_url: 'http://127.0.0.1/acme/rocket' };
  const push = {
    ref: `refs/heads/${branch}`,
    before: '0'.repeat(40),
    after: id,
    created: false,
    deleted: false,
  };
  return { ...push, repository, pusher: person, head_commit: commit, commits: [commit] };
}
