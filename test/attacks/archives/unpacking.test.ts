/** Archives that are unpacked where a suite is about to run: the source of a commit, and caches that an earlier job has left. */
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect } from 'vitest';
import { usualWay } from '#agent/credentials/route.ts';
import { localDirectories } from '#agent/guest/caches/directories.ts';
import { fetchSource } from '#agent/guest/source/fetch-source.ts';
import type { Workplace } from '#agent/guest/workplace.ts';
import { limits } from '#shared/limits.ts';
import { startHttpServer } from '#test/agent/guest/support/http-server.ts';
import { attacksOn } from '../support/attack.ts';
import { digestOf, gzipped, type TarEntry, tarOf } from '../support/tar-entries.ts';

const attack = attacksOn('archives');
const { signal } = new AbortController();

let root: string;
let place: Workplace;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paddock-unpacking-'));
  const own = join(root, 'attempt');
  place = {
    root: own,
    workspace: join(own, 'checkout'),
    home: join(own, 'home'),
    temporary: join(own, 'tmp'),
    secrets: join(own, 'secrets'),
    spool: join(own, 'spool'),
    journal: join(own, 'journal'),
  };
  for (const directory of [place.workspace, place.home, place.temporary])
    await mkdir(directory, { recursive: true });
  await writeFile(join(root, 'outside'), 'untouched');
});
afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 3 }));

/** What lies outside of the directory that was unpacked, and whether that is as it was. */
async function isOutsideUntouched(): Promise<boolean> {
  const names = [...(await readdir(root)), ...(await readdir(place.root)), ...(await readdir(place.home))];
  return (
    names.sort().join() === 'attempt,checkout,home,outside,tmp' &&
    (await readFile(join(root, 'outside'), 'utf8')) === 'untouched'
  );
}

const unpackCache = (bytes: Buffer) =>
  localDirectories.unpack(place, 'deps', { body: Readable.from([bytes]), sha256: digestOf(bytes) }, signal);

const escapes: [goal: string, entries: TarEntry[]][] = [
  ['climbs out by ..', [{ path: 'deps/../../../outside', text: 'evil' }]],
  ['has an absolute path', [{ path: '/tmp/paddock-evil-of-the-tests', text: 'evil' }]],
  [
    'writes through a link of its own',
    [
      { path: 'deps/up', type: 'SymbolicLink', linkpath: '../../..' },
      { path: 'deps/up/outside', text: 'evil' },
    ],
  ],
  [
    'writes over a file by a hard link to it',
    [
      { path: 'deps/hard', type: 'Link', linkpath: '../../../outside' },
      { path: 'deps/hard', text: 'evil' },
    ],
  ],
  [
    'goes by another spelling of its link',
    [
      { path: 'deps/UP', type: 'SymbolicLink', linkpath: '../../..' },
      { path: 'deps/./UP//outside', text: 'evil' },
    ],
  ],
];

for (const [goal, entries] of escapes)
  attack(`a cache ${goal}`, 'pull request', async () => {
    await unpackCache(await gzipped([tarOf([{ path: 'deps/fine', text: 'fine' }, ...entries])])).catch(
      () => {},
    );
    expect(await isOutsideUntouched()).toBe(true);
    return 'nothing outside of its directory is touched';
  });

for (const type of ['CharacterDevice', 'FIFO'] as const)
  attack(
    `a cache makes a ${type === 'FIFO' ? 'pipe that whoever reads it hangs on' : 'device'}`,
    'pull request',
    async () => {
      await unpackCache(
        await gzipped([
          tarOf([
            { path: 'deps/fine', text: 'fine' },
            { path: 'deps/evil', type },
          ]),
        ]),
      );
      expect(await readdir(join(place.workspace, 'deps'))).toEqual(['fine']);
      return 'it is left out';
    },
  );

attack('a cache says that a file of it is larger than any disk', 'pull request', async () => {
  const tar = tarOf([{ path: 'deps/bomb', size: 2 * limits.cacheUnpackedBytes }]);
  await expect(unpackCache(await gzipped([tar.subarray(0, 512)]))).rejects.toThrow(
    'unpacked it is more than',
  );
  expect(await readdir(place.workspace)).toEqual([]);
  return 'it is not restored, before the first byte of that file';
});

attack(
  'a cache of a few megabytes is files without number',
  'pull request',
  async () => {
    const block = tarOf([{ path: 'elsewhere/x' }]).subarray(0, 512);
    const thousand = Buffer.concat(Array.from({ length: 1_000 }, () => block));
    const packed = await gzipped(Array.from({ length: limits.cacheEntries / 1_000 + 1 }, () => thousand));
    expect(packed.length).toBeLessThan(8_000_000);
    await expect(unpackCache(packed)).rejects.toThrow(`than ${limits.cacheEntries} files`);
    return 'it is not restored';
  },
  120_000,
);

attack('a cache has other bytes than the digest that was promised', 'network', async () => {
  const bytes = await gzipped([tarOf([{ path: 'deps/fine', text: 'fine' }])]);
  const unpacking = localDirectories.unpack(
    place,
    'deps',
    { body: Readable.from([bytes]), sha256: '0'.repeat(64) },
    signal,
  );
  await expect(unpacking).rejects.toThrow('other bytes');
  expect(await readdir(place.workspace)).toEqual([]);
  return 'nothing is unpacked';
});

/** The source as a coordinator would send it that an attacker has. */
async function fetchArchive(bytes: Buffer): Promise<Error | null> {
  const server = await startHttpServer((_, response) => response.end(bytes));
  try {
    const source = {
      type: 'mirror',
      url: server.url,
      token: 't',
      commit: 'a'.repeat(40),
      ref: 'main',
      prefer: 'archive',
    } as const;
    await fetchSource({
      source: source as never,
      workspace: place.workspace,
      env: {},
      hasGit: false,
      way: usualWay,
      log: () => {},
      signal,
    });
    return null;
  } catch (error) {
    return error as Error;
  } finally {
    await server.close();
  }
}

for (const [goal, entries] of escapes)
  attack(`the source of a commit ${goal}`, 'pull request', async () => {
    const error = await fetchArchive(tarOf(entries));
    expect([await isOutsideUntouched(), error?.name]).toEqual([true, 'Error']);
    expect(await readdir(place.workspace)).toEqual([]);
    return 'refused for good; the workspace stays empty';
  });

for (const type of ['CharacterDevice', 'FIFO'] as const)
  attack(`the source of a commit has a ${type === 'FIFO' ? 'pipe' : 'device'}`, 'pull request', async () => {
    expect(await fetchArchive(tarOf([{ path: 'evil', type }]))).toBeInstanceOf(Error);
    expect(await readdir(place.workspace)).toEqual([]);
    return 'refused for good; the workspace stays empty';
  });

attack(
  'two files of a commit differ in capitals only, and one is a link for the other',
  'pull request',
  async () => {
    await fetchArchive(
      tarOf([
        { path: 'A', type: 'SymbolicLink', linkpath: 'b' },
        { path: 'a', text: 'evil' },
        { path: 'b', text: 'fine' },
      ]),
    );
    expect(await isOutsideUntouched()).toBe(true);
    expect((await lstat(join(place.workspace, 'A'))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(place.workspace, 'b'), 'utf8')).toBe('fine');
    return 'each is what it is; nothing is written through the link';
  },
);

attack('a link of the commit sends what a cache holds out of the checkout', 'pull request', async () => {
  await mkdir(join(root, 'elsewhere'));
  await symlink(join(root, 'elsewhere'), join(place.workspace, 'deps'));
  await unpackCache(await gzipped([tarOf([{ path: 'deps/loot', text: 'evil' }])])).catch(() => {});
  expect(await readdir(join(root, 'elsewhere'))).toEqual([]);
  return 'it is not restored';
});
