import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { RunSource } from '#shared/messages.ts';
import { startHttpServer } from './http-server.ts';

export const token = 'source-token-0123456789';

/** A file's text, or where a symbolic link points. `mode` in octal: 0o755 is executable. */
export type Entry = { path: string; text?: string; link?: string; mode?: number };

export type GitMirror = {
  directory: string;
  /** Commits these files on top of the last commit; returns its id. */
  commit(entries: Entry[]): string;
  source(commit: string, changes?: Partial<Mirror>): Mirror;
  /** Every request: method, path without query, the Authorization header. */
  requests: Array<{ line: string; authorization: string | undefined }>;
  /** Answers instead of the mirror; false leaves it to the mirror. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
};

type Mirror = Extract<RunSource, { type: 'mirror' }>;

const author = {
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  GIT_CONFIG_GLOBAL: '/dev/null',
};

/** A real repository, served over HTTP as the machine listener does: an archive, and read-only smart HTTP. */
export async function startGitMirror(): Promise<GitMirror> {
  const directory = mkdtempSync(join(tmpdir(), 'paddock-mirror-'));
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: directory,
      env: { ...process.env, ...author },
      encoding: 'utf8',
    }).trim();
  git('init', '--quiet', '--initial-branch=main', '.');
  git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  const server = await startHttpServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    mirror.requests.push({ line: `${request.method} ${path}`, authorization: request.headers.authorization });
    if (mirror.intercept(request, response)) return;
    if (request.headers.authorization !== `Bearer ${token}`) response.writeHead(401).end();
    else if (path.endsWith('/archive.tar')) serveArchive(directory, path, response);
    else serveGit(directory, request, response);
  });
  const mirror: GitMirror = {
    directory,
    requests: [],
    intercept: () => false,
    commit(entries) {
      for (const entry of entries) write(directory, entry);
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '-m', 'a change');
      return git('rev-parse', 'HEAD');
    },
    source: (commit, changes) =>
      ({
        type: 'mirror',
        url: `${server.url}/${commit}`,
        token,
        commit,
        ref: 'refs/heads/main',
        prefer: 'git',
        ...changes,
      }) as Mirror,
    close: async () => {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return mirror;
}

function write(directory: string, { path, text = '', link, mode = 0o644 }: Entry): void {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  if (link === undefined) writeFileSync(file, text, { mode });
  else symlinkSync(link, file);
}

function serveArchive(directory: string, path: string, response: ServerResponse): void {
  const [, commit = ''] = path.split('/');
  const child = spawn('git', ['-c', 'tar.umask=0022', 'archive', '--format=tar', commit], { cwd: directory });
  response.writeHead(200, { 'content-type': 'application/x-tar' });
  child.stdout.pipe(response);
}

function serveGit(directory: string, request: IncomingMessage, response: ServerResponse): void {
  const isAdvertising = request.method === 'GET';
  const args = ['upload-pack', '--stateless-rpc', ...(isAdvertising ? ['--advertise-refs'] : []), directory];
  const protocol = String(request.headers['git-protocol'] ?? '');
  const child = spawn('git', args, { env: { ...process.env, GIT_PROTOCOL: protocol } });
  const kind = isAdvertising ? 'advertisement' : 'result';
  response.writeHead(200, { 'content-type': `application/x-git-upload-pack-${kind}` });
  child.stdout.pipe(response);
  const isPacked = request.headers['content-encoding'] === 'gzip';
  (isPacked ? request.pipe(createGunzip()) : request).pipe(child.stdin);
}
