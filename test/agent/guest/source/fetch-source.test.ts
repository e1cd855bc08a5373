import { execFileSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { usualWay } from '#agent/credentials/route.ts';
import { SourceFailed } from '#agent/guest/errors.ts';
import { fetchSource } from '#agent/guest/source/fetch-source.ts';
import type { RunSource } from '#shared/messages.ts';
import { until } from '#test/support/until.ts';
import { type GitMirror, startGitMirror, token } from '../support/git-mirror.ts';

const files = [
  { path: 'README', text: 'hello\n' },
  { path: 'bin/run', text: '#!/bin/sh\n', mode: 0o755 },
  { path: 'dos.txt', text: 'a\r\nb\r\n' },
  { path: 'ünïcode/ñame with space', text: 'x' },
  { path: 'link', link: 'bin/run' },
  { path: 'deep/up', link: '../README' },
];

let mirror: GitMirror;
let directory: string;
let workspace: string;
let events: string[];

beforeEach(async () => {
  mirror = await startGitMirror();
  directory = await mkdtemp(join(tmpdir(), 'paddock-workspace-'));
  workspace = join(directory, 'checkout');
  await mkdir(workspace);
  events = [];
});

afterEach(async () => {
  await mirror.close();
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
});

const fetchInto = (source: RunSource, changes: { hasGit?: boolean; signal?: AbortSignal } = {}) =>
  fetchSource({
    source,
    workspace,
    env: { PATH: process.env.PATH ?? '', HOME: directory },
    hasGit: true,
    way: usualWay,
    log: (event, facts) => events.push(`${event} ${JSON.stringify(facts)}`),
    signal: new AbortController().signal,
    ...changes,
  });

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: workspace, encoding: 'utf8' }).trim();

async function failureOf(promise: Promise<void>): Promise<SourceFailed> {
  const error = await promise.then(
    () => null,
    error => error,
  );
  expect(error).toBeInstanceOf(SourceFailed);
  return error;
}

const paths = (): string[] => mirror.requests.map(({ line }) => line.replace(/\/[0-9a-f]{40}/, ''));

test('a job without source has an empty workspace', async () => {
  await fetchInto({ type: 'none' });
  expect(await readdir(workspace)).toEqual([]);
});

test.each(['git', 'archive'] as const)('the tree that comes by %s is that of the commit', async prefer => {
  const commit = mirror.commit(files);
  mirror.commit([{ path: 'README', text: 'newer\n' }]);
  await fetchInto(mirror.source(commit, { prefer }));
  expect(await readFile(join(workspace, 'README'), 'utf8')).toBe('hello\n');
  expect(await readFile(join(workspace, 'dos.txt'), 'utf8')).toBe('a\r\nb\r\n');
  expect(await readFile(join(workspace, 'ünïcode/ñame with space'), 'utf8')).toBe('x');
  expect((await lstat(join(workspace, 'bin/run'))).mode & 0o111).toBe(0o111);
  expect((await lstat(join(workspace, 'README'))).mode & 0o111).toBe(0);
  expect([await readlink(join(workspace, 'link')), await readlink(join(workspace, 'deep/up'))]).toEqual([
    'bin/run',
    '../README',
  ]);
});

test('git has the whole history, the branch and a clean tree', async () => {
  const first = mirror.commit(files);
  const commit = mirror.commit([{ path: 'more', text: '1' }]);
  await fetchInto(mirror.source(commit, { ref: 'refs/heads/feature/x' }));
  expect(git('rev-parse', 'HEAD', 'HEAD~1')).toBe(`${commit}\n${first}`);
  expect([git('symbolic-ref', '--short', 'HEAD'), git('status', '--porcelain')]).toEqual(['feature/x', '']);
});

test('a ref that is no branch name leaves HEAD detached at the commit', async () => {
  const commit = mirror.commit(files);
  await fetchInto(mirror.source(commit, { ref: 'refs/heads/-x' }));
  expect([git('rev-parse', 'HEAD'), git('rev-parse', '--abbrev-ref', 'HEAD')]).toEqual([commit, 'HEAD']);
});

test('the token is a header, and is nowhere in the checkout', async () => {
  const commit = mirror.commit(files);
  await fetchInto(mirror.source(commit));
  expect(mirror.requests.every(({ authorization }) => authorization === `Bearer ${token}`)).toBe(true);
  expect(() => execFileSync('grep', ['-r', '--text', token, workspace])).toThrow();
});

test('without git the archive is used, whatever is preferred', async () => {
  const commit = mirror.commit(files);
  await fetchInto(mirror.source(commit), { hasGit: false });
  expect(paths()).toEqual(['GET /archive.tar']);
});

test('when git fails the archive is used, in an empty workspace', async () => {
  const commit = mirror.commit(files);
  mirror.intercept = (request, response) => {
    if (!request.url?.includes('/git/')) return false;
    response.writeHead(500).end();
    return true;
  };
  await fetchInto(mirror.source(commit));
  expect((await readdir(workspace)).sort()).toEqual(['README', 'bin', 'deep', 'dos.txt', 'link', 'ünïcode']);
  expect(events.join()).toContain('git-failed');
});

test('a commit that the mirror does not have cannot be cured', async () => {
  const commit = mirror.commit(files);
  const absent = commit.replace(/^..../, '0123');
  const error = await failureOf(fetchInto(mirror.source(absent)));
  expect(error.cure).toBe('nothing');
  expect(error.message).toContain(`no commit ${absent}`);
  expect(paths()).not.toContain('GET /archive.tar');
});

test.each([
  [404, 'nothing'],
  [410, 'nothing'],
  [401, 'elsewhere'],
  [403, 'elsewhere'],
] as const)('a mirror that answers %i leaves the cure to %s, with its own words', async (status, cure) => {
  const commit = mirror.commit(files);
  mirror.intercept = (_request, response) => {
    response.writeHead(status).end(JSON.stringify({ detail: 'the reason in words' }));
    return true;
  };
  const error = await failureOf(fetchInto(mirror.source(commit, { prefer: 'archive' })));
  expect([error.cure, error.message]).toEqual([cure, expect.stringContaining('the reason in words')]);
});

test('a mirror that fails twice, and an archive that breaks off, are tried again', async () => {
  const commit = mirror.commit([...files, { path: 'large', text: 'x'.repeat(300_000) }]);
  let tries = 0;
  mirror.intercept = (_request, response) => {
    if (++tries > 2) return false;
    if (tries === 1) response.writeHead(503).end();
    else response.writeHead(200).write(Buffer.alloc(1_024), () => response.destroy());
    return true;
  };
  await fetchInto(mirror.source(commit, { prefer: 'archive' }));
  expect(tries).toBe(3);
  expect((await lstat(join(workspace, 'large'))).size).toBe(300_000);
});

test.each([
  ['an absolute link', '/etc/passwd'],
  ['a link above the workspace', '../../outside'],
])('an archive with %s is refused for good', async (_what, link) => {
  const commit = mirror.commit([...files, { path: 'evil', link }]);
  const error = await failureOf(fetchInto(mirror.source(commit, { prefer: 'archive' })));
  expect([error.cure, await readdir(workspace)]).toEqual(['nothing', []]);
  expect(error.message).toContain('linkpath');
});

test('an archive of another commit is refused', async () => {
  const other = mirror.commit(files);
  const commit = mirror.commit([{ path: 'README', text: 'newer\n' }]);
  const url = mirror.source(other).url;
  const error = await failureOf(fetchInto(mirror.source(commit, { prefer: 'archive', url })));
  expect(error.message).toContain(`arrived as that of ${other}`);
});

test.each(['git', 'archive'] as const)('a stop ends a fetch by %s that hangs', async prefer => {
  const commit = mirror.commit(files);
  mirror.intercept = () => true;
  const stopping = new AbortController();
  const fetching = fetchInto(mirror.source(commit, { prefer }), { signal: stopping.signal });
  fetching.catch(() => {});
  await until('the request is there', () => mirror.requests.length > 0);
  stopping.abort(new Error('stopped by the test'));
  await expect(fetching).rejects.toThrow('stopped by the test');
});
