/**
 * A PostgreSQL server of a test file's own: made in a temporary folder, reached through a socket in it, with one database
 * per test. It runs under a shell that reads from us: when this process ends, however it ends, the shell stops the server
 * and removes the folder. PostgreSQL refuses to run as root, so root lends it the name of somebody who may do nothing.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { findProgram } from '#coordinator/setup/find-program.ts';
import { prerequisites } from '#coordinator/setup/prerequisites.ts';
import { until } from './until.ts';

const run = promisify(execFile);

export type Postgres = {
  /** The URL of a new database: empty, or a copy of another one, to which nobody is connected. */
  createDatabase(original?: string): Promise<string>;
};

type Server = Postgres & { close(): Promise<void> };
type Identity = { uid: number; gid: number };

/** For the top of a test file. Where PostgreSQL is not installed, every test of the file skips and says so. */
export function usePostgres(): Postgres {
  let server: Server | null = null;
  beforeAll(async () => {
    server = await startServer();
  });
  beforeEach(context => {
    if (!server) context.skip('needs the server programs of PostgreSQL');
  });
  afterAll(() => server?.close());
  return {
    createDatabase(original) {
      if (!server) throw new Error('there is no PostgreSQL here; this test should have skipped itself');
      return server.createDatabase(original);
    },
  };
}

/** Such a URL has no host, for which `URL` has no place. */
const nameIn = (url: string): string => /@\/(\w+)\?/.exec(url)?.[1] ?? '';

async function startServer(): Promise<Server | null> {
  const postgres = await findPostgres();
  if (!postgres) return null;
  const identity: Partial<Identity> = process.getuid?.() === 0 ? await somebodyHarmless() : {};
  const folder = await mkdtemp(path.join(tmpdir(), 'paddock-postgres-'));
  if (identity.uid && identity.gid) await chown(folder, identity.uid, identity.gid);
  await initialise(postgres, folder, identity);
  const shell = spawn('/bin/sh', ['-c', supervise, 'sh', postgres, folder], {
    ...identity,
    cwd: folder,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(shell, 'exit');
  const urlOf = (database: string) => `postgres://paddock@/${database}?host=${encodeURIComponent(folder)}`;
  await until('PostgreSQL answers', () => query(urlOf('postgres'), 'select 1'), { timeoutMs: 30_000 });
  let databases = 0;
  return {
    async createDatabase(original) {
      const name = `test_${++databases}`;
      const template = original === undefined ? 'template1' : nameIn(original);
      await query(urlOf('postgres'), `create database ${name} template ${template}`);
      return urlOf(name);
    },
    async close() {
      shell.stdin?.end();
      await ended;
    },
  };
}

/** Nothing here has to survive a power failure. */
const supervise = `
"$1" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c full_page_writes=off -c log_min_messages=fatal &
read -r _
kill -QUIT $! && wait $!
rm -rf "$2"`;

/** Programs of one installation stand beside each other; on PATH there may be links to some of them. */
async function findPostgres(): Promise<string | null> {
  const prerequisite = prerequisites.find(({ name }) => name === 'postgresql');
  const found = prerequisite ? await findProgram(prerequisite) : null;
  return found && realpath(found);
}

async function initialise(postgres: string, folder: string, identity: Partial<Identity>): Promise<void> {
  const options = ['--pgdata', path.join(folder, 'data'), '--username=paddock', '--auth=trust', '--no-sync'];
  // Text is not compared byte by byte, as on most people's servers.
  const language = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US'];
  const initdb = path.join(path.dirname(postgres), 'initdb');
  await run(initdb, [...options, ...language], { ...identity, cwd: folder });
}

async function somebodyHarmless(): Promise<Identity> {
  for (const name of ['postgres', 'nobody'])
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // Nobody has this name here: the next one is asked for.
    }
  throw new Error('PostgreSQL refuses to run as root, and neither postgres nor nobody is a user here');
}

/** One query over a connection of its own. */
export async function query<Row extends object = Record<string, unknown>>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}
