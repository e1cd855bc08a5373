import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { usualWay } from '#agent/credentials/route.ts';
import { findArtifacts } from '#agent/guest/uploads/find-artifacts.ts';
import { handOverReports, type ReportsRequest } from '#agent/guest/uploads/hand-over-reports.ts';
import { limits } from '#shared/limits.ts';
import { sha256Of } from '../support/specs.ts';
import { startUploadStore, type UploadStore, uploadToken } from '../support/upload-store.ts';

let store: UploadStore;
let root: string;
let workspace: string;

beforeEach(async () => {
  store = await startUploadStore();
  root = await mkdtemp(join(tmpdir(), 'paddock-reports-'));
  workspace = join(root, 'checkout');
  await mkdir(join(workspace, 'reports'), { recursive: true });
  await writeFile(join(workspace, 'reports/a.xml'), '<testsuite/>');
  await writeFile(join(workspace, 'reports/b.xml'), '<testsuite>token a&amp;b-secret</testsuite>');
  await writeFile(join(workspace, 'c.tap'), '1..0');
});

afterEach(async () => {
  await store.close();
  await rm(root, { recursive: true, force: true });
});

const handOver = (changes: Partial<ReportsRequest> = {}) =>
  handOverReports({
    patterns: { junit: ['reports/*.xml'], tap: ['*.tap'] },
    to: { url: store.url, token: uploadToken },
    secrets: [],
    hasPassed: true,
    find: (wanted, until) => findArtifacts(workspace, wanted, until, undefined, Number.POSITIVE_INFINITY),
    scratch: root,
    way: usualWay,
    log: () => {},
    signal: new AbortController().signal,
    ...changes,
  });

const pathsOf = ({ reports }: Awaited<ReturnType<typeof handOver>>) =>
  reports.map(({ path, format }) => `${format} ${path}`);

test('every report arrives whole, by its format', async () => {
  const handed = await handOver();
  expect(pathsOf(handed)).toEqual(['junit reports/a.xml', 'junit reports/b.xml', 'tap c.tap']);
  expect(handed.notices).toEqual([]);
  expect(store.uploads.get(sha256Of('1..0'))?.bytes.toString()).toBe('1..0');
});

test('secrets are blotted out, also as XML writes them, and no copy is left', async () => {
  const handed = await handOver({ secrets: ['a&b-secret'] });
  const blotted = `<testsuite>token ${'*'.repeat('a&amp;b-secret'.length)}</testsuite>`;
  expect(store.uploads.get(handed.reports[1]?.sha256 ?? '')?.bytes.toString()).toBe(blotted);
  expect(await readdir(root)).toEqual(['checkout']);
});

test('a pattern takes files away again', async () => {
  const patterns = { junit: ['reports/*', '!reports/b.xml'], tap: [] };
  expect(pathsOf(await handOver({ patterns }))).toEqual(['junit reports/a.xml']);
});

test('a pattern that matches nothing is worth a word when the steps passed, and the others count', async () => {
  const patterns = { junit: ['none/*.xml', 'reports/a.xml'], tap: [] };
  const handed = await handOver({ patterns });
  expect(pathsOf(handed)).toEqual(['junit reports/a.xml']);
  expect(handed.notices).toEqual(['reports: none/*.xml matches no file']);
});

test('a job that broke before its tests says nothing of reports', async () => {
  const patterns = { junit: ['none/*.xml'], tap: [] };
  expect(await handOver({ patterns, hasPassed: false })).toEqual({ reports: [], notices: [] });
});

test('a link out of the checkout is refused in a sentence', async () => {
  await writeFile(join(root, 'outside.xml'), 'secret');
  await symlink('../../outside.xml', join(workspace, 'reports/evil.xml'));
  const handed = await handOver({ patterns: { junit: ['reports/evil.xml'], tap: [] } });
  expect(handed).toEqual({
    reports: [],
    notices: ['reports: reports/evil.xml is a link that leads out of the checkout'],
  });
  expect(store.requests).toEqual([]);
});

test('a report that is too large is left out, with its size', async () => {
  await writeFile(join(workspace, 'reports/a.xml'), Buffer.alloc(limits.reportFileBytes + 1));
  const handed = await handOver();
  expect(pathsOf(handed)).toEqual(['junit reports/b.xml', 'tap c.tap']);
  expect(handed.notices).toEqual(['reports/a.xml has 33.6 MB, too much to be read; it is left out']);
});

test('of too many reports the first are handed over', async () => {
  const found = Array.from({ length: limits.reportFiles + 2 }, (_, n) => ({
    path: `reports/${n}.xml`,
    file: join(workspace, 'reports/a.xml'),
    bytes: 12,
  }));
  const handed = await handOver({ patterns: { junit: ['**'], tap: [] }, find: async () => found });
  expect(handed.reports).toHaveLength(limits.reportFiles);
  expect(handed.notices).toEqual([`${limits.reportFiles + 2} reports match; the first 300 are read`]);
});

test('one that is refused is a sentence, and the next is handed over', async () => {
  store.intercept = (request, response) => {
    if (!request.url?.includes('a.xml')) return false;
    response.writeHead(413, { 'content-type': 'application/problem+json' }).end('{"detail":"too many"}');
    return true;
  };
  const handed = await handOver();
  expect(pathsOf(handed)).toEqual(['junit reports/b.xml', 'tap c.tap']);
  expect(handed.notices).toEqual([expect.stringMatching(/^reports: reports\/a\.xml was refused \(413\)/)]);
});

test('they are named as reports to the coordinator, which bounds them as such', async () => {
  const kinds: (string | null)[] = [];
  store.intercept = request => {
    kinds.push(new URL(request.url ?? '', store.url).searchParams.get('kind'));
    return false;
  };
  await handOver();
  expect([...new Set(kinds)]).toEqual(['report']);
});

test('an attempt that is discarded stops it', async () => {
  const gone = new AbortController();
  store.intercept = () => {
    gone.abort(new Error('discarded'));
    return true;
  };
  await expect(handOver({ signal: gone.signal })).rejects.toThrow('discarded');
});
