import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store, type Tx } from '#coordinator/store/store.ts';
import { keys, put } from '#test/contract/store/notes.ts';
import { openSqliteBench } from '#test/contract/store/sqlite-bench.ts';

let bench: Awaited<ReturnType<typeof openSqliteBench>>;
beforeEach(async () => {
  bench = await openSqliteBench();
});
afterEach(() => bench.remove());

async function withStore(test: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore(bench.location);
  try {
    await test(store);
  } finally {
    await store.close();
  }
}

describe('a full disk', () => {
  const large = (tx: Tx) => put(tx, 'large', randomBytes(500_000).toString('hex'));
  const full = {
    name: 'StoreError',
    code: 'disk-full',
    message: expect.stringMatching(/the database .* has no space left; nothing was lost/),
  };
  const isWhole = async (store: Store) =>
    expect((await sql`pragma integrity_check`.execute(store.read)).rows).toEqual([{ integrity_check: 'ok' }]);

  it('fails a commit that does not fit, harms nothing, and takes the next one when there is room', () =>
    withStore(async store => {
      await store.write(tx => put(tx, 'before'));
      await store.write(tx => sql.raw('pragma max_page_count = 1').execute(tx));
      await expect(store.write(large)).rejects.toMatchObject(full);
      const batch = await Promise.allSettled([
        store.write(tx => put(tx, 'neighbour')),
        store.write(large),
        store.write(tx => put(tx, 'other neighbour')),
      ]);
      // SQLite takes the whole commit back, and everybody in it hears why.
      for (const result of batch) expect(result).toMatchObject({ status: 'rejected', reason: full });
      expect(await keys(store.read)).toEqual(['before']);
      await store.write(tx => sql.raw('pragma max_page_count = 1000000').execute(tx));
      await store.write(large);
      expect(await keys(store.read)).toEqual(['before', 'large']);
      await isWhole(store);
    }));

  it('of a real file system fails changes and openings with a sentence, and harms nothing (needs mount)', async context => {
    const folder = path.dirname(bench.file);
    const unmount = mountTiny(folder);
    if (!unmount) return context.skip('this process may not mount a tmpfs');
    try {
      await withStore(async store => {
        await store.write(tx => put(tx, 'before'));
        const ballast = path.join(folder, 'ballast');
        await expect(writeFile(ballast, randomBytes(2_000_000))).rejects.toMatchObject({ code: 'ENOSPC' });
        await expect(store.write(large)).rejects.toMatchObject(full);
        const other = { type: 'sqlite', file: path.join(folder, 'other', 'paddock.db') } as const;
        await expect(openStore(other)).rejects.toMatchObject({ code: 'disk-full' });
        await rm(ballast);
        await store.write(tx => put(tx, 'after'));
        expect(await keys(store.read)).toEqual(['after', 'before']);
        await isWhole(store);
      });
    } finally {
      unmount();
    }
  });
});

/** A file system of 1.5 MiB, or null where this process may not mount one. */
function mountTiny(folder: string): (() => void) | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1536k', 'tmpfs', folder], { stdio: 'ignore' });
    return () => execFileSync('umount', [folder]);
  } catch {
    return null;
  }
}
