/** Real repositories, mirrors and servers for the tests of the source; everything is gone when the lab is closed. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createMirrors } from '#coordinator/source/mirror.ts';
import type { MirrorOptions, Mirrors } from '#coordinator/source/mirror-port.ts';
import { attemptId, type CommitSha, commitSha, type RepositoryId, repositoryId } from '#shared/ids.ts';

const execute = promisify(execFile);

export const attempt = attemptId.parse('attempt_01h455vb4pex5vsknk084sn02q');
export const otherAttempt = attemptId.parse('attempt_01h455vb4pex5vsknk084sn02r');
export const repository = repositoryId.parse('repo_01h455vb4pex5vsknk084sn02q');
export const otherRepository = repositoryId.parse('repo_01h455vb4pex5vsknk084sn02r');
export const missingCommit = commitSha.parse('0123456789'.repeat(4));

const alone = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0' };
const person = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_AUTHOR_DATE: '1700000000 +0100',
  GIT_COMMITTER_NAME: 'Bob',
  GIT_COMMITTER_EMAIL: 'bob@example.com',
  GIT_COMMITTER_DATE: '1700000100 +0000',
};

/** Runs git as a person would, apart from the configuration of whoever runs the tests. */
export async function git(directory: string, args: string[], { input = '' } = {}): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: directory, LC_ALL: 'C', ...alone, ...person };
  const running = execute('git', ['-C', directory, ...args], { env, maxBuffer: 64 * 1024 * 1024 });
  // A git that does not read its input has often gone by now.
  running.child.stdin?.on('error', () => {}).end(input);
  return (await running).stdout.trim();
}

/** A file's text or bytes, a link's target, or a program. */
export type Content = string | Buffer | { link: string } | { program: string };
export type Origin = ReturnType<typeof originAt>;

function originAt(path: string) {
  const put = async (name: string, content: Content) => {
    const place = join(path, name);
    await mkdir(dirname(place), { recursive: true });
    await rm(place, { force: true });
    if (typeof content === 'string' || Buffer.isBuffer(content)) return writeFile(place, content);
    if ('link' in content) return symlink(content.link, place);
    await writeFile(place, content.program);
    await chmod(place, 0o755);
  };
  return {
    path,
    git: (...args: string[]) => git(path, args),
    async commit(files: Record<string, Content>, message = 'a change'): Promise<CommitSha> {
      await Promise.all(Object.entries(files).map(([name, content]) => put(name, content)));
      await git(path, ['add', '--all']);
      await git(path, ['commit', '--quiet', '--allow-empty', '--message', message]);
      return commitSha.parse(await git(path, ['rev-parse', 'HEAD']));
    },
    /** A commit, without a working copy, of many files of the same content: `0`, `1` … in one directory `d`. */
    async commitMany(count: number, content: string): Promise<CommitSha> {
      const blob = await git(path, ['hash-object', '-w', '--stdin'], { input: content });
      const lines = Array.from({ length: count }, (_, i) => `100644 blob ${blob}\t${i}\n`);
      return this.commitTree(lines.join(''));
    },
    /** The same of the entries of that directory, as `git mktree` reads them. */
    async commitTree(entries: string): Promise<CommitSha> {
      const tree = await git(path, ['mktree'], { input: entries });
      const root = await git(path, ['mktree'], { input: `040000 tree ${tree}\td\n` });
      return commitSha.parse(await git(path, ['commit-tree', '-m', 'many', root]));
    },
  };
}

export type Lab = Awaited<ReturnType<typeof openLab>>;

export async function openLab() {
  const dir = await mkdtemp(join(tmpdir(), 'paddock-source-'));
  const closers: Array<() => Promise<void>> = [];
  let count = 0;
  return {
    dir,
    /** Closed before the directory goes, the newest first. */
    onClose: (close: () => Promise<void>) => void closers.unshift(close),
    freshPath: (name: string) => join(dir, `${name}-${++count}`),
    async origin(...flags: string[]): Promise<Origin> {
      const path = join(dir, `origin-${++count}`);
      await git(dir, ['init', '--quiet', '--initial-branch=main', ...flags, path]);
      return originAt(path);
    },
    mirrors(options: Partial<MirrorOptions> = {}): Mirrors {
      const mirrors = createMirrors({
        dir: join(dir, `mirrors-${++count}`),
        environment: process.env,
        credentialsFor: async () => null,
        policy: { allowLocal: true, allowSsh: false },
        log: { info: () => {}, warn: () => {} },
        ...options,
      });
      closers.unshift(() => mirrors.close());
      return mirrors;
    },
    /** A server on a free loopback port; its URL without a slash at the end. */
    async listen(listener: RequestListener): Promise<string> {
      const server = createServer(listener);
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
      closers.unshift(() => closeServer(server));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    async close() {
      for (const close of closers) await close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const closeServer = (server: Server): Promise<void> =>
  new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Without a deadline of its own: the test's deadline is enough. */
export const unhurried = new AbortController().signal;

export const ensure = (
  mirrors: Mirrors,
  cloneUrl: string,
  commit: CommitSha,
  id: RepositoryId = repository,
) => mirrors.ensureCommit({ repository: id, cloneUrl, commit }, unhurried);
