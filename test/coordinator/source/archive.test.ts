import { mkdir } from 'node:fs/promises';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { extract } from 'tar';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CommitSha, commitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';
import { git, type Lab, missingCommit, type Origin, openLab, repository } from './lab.ts';
import { serve } from './served.ts';
import { treeOf } from './tree-of.ts';

let lab: Lab;
let origin: Origin;
beforeEach(async () => {
  lab = await openLab();
  origin = await lab.origin();
});
afterEach(() => lab.close());

async function unpack(url: string): Promise<string> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  const cwd = lab.freshPath('unpacked');
  await mkdir(cwd);
  await pipeline(Readable.fromWeb(response.body as ReadableStream), extract({ cwd, strict: true }));
  return cwd;
}

async function checkOut(commit: string): Promise<string> {
  const clone = lab.freshPath('checkout');
  await git(lab.dir, ['clone', '--quiet', '--no-checkout', origin.path, clone]);
  await git(clone, ['checkout', '--quiet', commit]);
  return clone;
}

test('an archive is the tree of the commit: names, bytes, links and modes', async () => {
  const commit = await origin.commit({
    'a.txt': 'one',
    'run.sh': { program: '#!/bin/sh\n' },
    'wörter/日本 \u{1F600}.txt': 'names',
    'new\nline': 'x',
    link: { link: 'a.txt' },
    dangling: { link: 'nowhere/at/all' },
    bytes: Buffer.from([0, 13, 10, 255]),
    empty: '',
    [`${'long/'.repeat(60)}${'n'.repeat(200)}`]: 'deep',
  });
  const { archive } = await serve(lab, origin, commit);
  const tree = await treeOf(await unpack(archive));
  expect(tree).toEqual(await treeOf(await checkOut(commit)));
  expect(Object.keys(tree)).toHaveLength(9 + 1 + 60);
});

test('attributes of the tested repository neither drop files nor change bytes', async () => {
  const commit = await origin.commit({
    '.gitattributes': [
      '[attr]hidden export-ignore export-subst',
      'secret.txt export-ignore',
      'dir export-ignore',
      'dir/** export-ignore',
      'macro.txt hidden',
      '*.in export-subst',
      'crlf.txt text eol=crlf',
      'ident.txt ident',
      '',
    ].join('\n'),
    'sub/.gitattributes': '* export-ignore export-subst\n',
    'sub/a': '$Format:%H$',
    'secret.txt': 'kept',
    'dir/a': 'kept',
    'macro.txt': '$Format:%H$',
    'version.in': '$Format:%H$ by $Format:%an$',
    'crlf.txt': 'a\nb\n',
    'ident.txt': '$Id$',
  });
  const { archive } = await serve(lab, origin, commit);
  const tree = await treeOf(await unpack(archive));
  expect(tree).toEqual(await treeOf(await checkOut(commit)));
  expect(tree['version.in']).toContain('$Format:%H$ by $Format:%an$');
  expect(Object.keys(tree).sort()).toEqual(
    expect.arrayContaining(['dir/a', 'macro.txt', 'secret.txt', 'sub/a']),
  );
});

test('a submodule is an empty directory, an empty tree is an empty archive', async () => {
  const empty = await origin.commit({});
  expect(await treeOf(await unpack((await serve(lab, origin, empty)).archive))).toEqual({});
  await origin.git('update-index', '--add', '--cacheinfo', `160000,${missingCommit},sub`);
  await origin.git('commit', '--quiet', '-m', 'sub');
  const commit = (await origin.git('rev-parse', 'HEAD')) as typeof empty;
  expect(await treeOf(await unpack((await serve(lab, origin, commit)).archive))).toEqual({
    'sub/': 'directory',
  });
});

test('a hundred thousand files arrive', async () => {
  const commit = await origin.commitMany(100_000, 'same');
  const { archive } = await serve(lab, origin, commit);
  const response = await fetch(archive);
  const bytes = (await response.arrayBuffer()).byteLength;
  expect(bytes).toBeGreaterThan(100_000 * 1_024);
});

test('a commit that is not there is a 404 that says what to do', async () => {
  const served = await serve(lab, origin, await origin.commit({ a: '1' }), { commit: missingCommit });
  const response = await fetch(served.archive);
  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toMatchObject({
    status: 404,
    detail: expect.stringContaining(missingCommit),
  });
});

test('a tree that cannot be packed is a 500 in the words of git, before the first byte', async () => {
  const commit = await origin.commit({ a: '1' });
  const served = await serve(lab, origin, commit);
  const hollow = await addHollowCommit(served.mirrors.directoryOf(repository), commit);
  const { archive } = await serve(lab, origin, commit, { mirrors: served.mirrors, commit: hollow });
  const response = await fetch(archive);
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({
    detail: expect.stringMatching(/^git archive of .*: fatal: /),
  });
});

/** A kept commit whose tree is missing: what a damaged disk leaves. */
async function addHollowCommit(mirror: string, like: CommitSha): Promise<CommitSha> {
  const raw = await git(mirror, ['cat-file', 'commit', like]);
  const input = `${raw.replace(/^tree .*/, `tree ${missingCommit}`)}\n`;
  const hollow = await git(mirror, ['hash-object', '-t', 'commit', '-w', '--stdin'], { input });
  await git(mirror, ['update-ref', `refs/paddock/commits/${hollow}`, hollow]);
  return commitSha.parse(hollow);
}

test('only GET reads an archive', async () => {
  const { archive } = await serve(lab, origin, await origin.commit({ a: '1' }));
  expect((await fetch(archive, { method: 'POST', body: 'x' })).status).toBe(405);
});

/** Asks for the archive and takes nothing of it. */
const startReading = (url: string) =>
  new Promise<{ stop(): void; status: number }>((resolve, reject) => {
    const asked = request(url, response => {
      response.pause();
      resolve({ stop: () => asked.destroy(), status: response.statusCode ?? 0 });
    });
    asked.once('error', reject);
    asked.end();
  });

test('a reader that goes away ends its git', async () => {
  const commit = await origin.commitMany(20_000, 'same');
  const { archive, ends } = await serve(lab, origin, commit);
  const reading = await startReading(archive);
  reading.stop();
  await until('the handler has been asked', () => ends.length === 1);
  await ends[0];
});

test('one attempt cannot take every stream, and gets its share back', async () => {
  const commit = await origin.commitMany(20_000, 'same');
  const { archive } = await serve(lab, origin, commit);
  const shares = Array.from({ length: limits.sourceStreamsPerAttempt }, () => startReading(archive));
  const readings = await Promise.all(shares);
  const refused = await fetch(archive);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
  for (const { stop } of readings) stop();
  await until('there is room again', async () => {
    const { status, stop } = await startReading(archive);
    stop();
    return status === 200;
  });
});

test('closing cuts off what is being read, and waits for the end of git', async () => {
  const commit = await origin.commitMany(20_000, 'same');
  const { archive, server, ends } = await serve(lab, origin, commit);
  const response = await fetch(archive);
  await server.close();
  await Promise.all(ends);
  await expect(response.arrayBuffer()).rejects.toThrow();
});
