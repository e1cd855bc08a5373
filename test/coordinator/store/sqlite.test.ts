import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '#coordinator/store/store.ts';
import { keys, put } from '#test/contract/store/notes.ts';
import { openSqliteBench } from '#test/contract/store/sqlite-bench.ts';

const program = (name: string) => path.join(import.meta.dirname, 'programs', name);

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

describe('a SQLite file', () => {
  it('is written so that what is committed survives power loss', () =>
    withStore(async store => {
      const pragma = (name: string) =>
        store.write(async tx => (await sql.raw(`pragma ${name}`).execute(tx)).rows);
      expect(await pragma('journal_mode')).toEqual([{ journal_mode: 'wal' }]);
      // 2 is FULL.
      expect(await pragma('synchronous')).toEqual([{ synchronous: 2 }]);
      expect(await pragma('foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    }));

  it('belongs to nobody but its owner, with all that lies beside it', () =>
    withStore(async store => {
      await store.write(tx => put(tx, 'a'));
      const folder = path.dirname(bench.file);
      const modes = new Map<string, number>();
      for (const file of await readdir(folder))
        modes.set(file, (await stat(path.join(folder, file))).mode & 0o777);
      expect(Object.fromEntries(modes)).toEqual({
        'paddock.db': 0o600,
        'paddock.db-wal': 0o600,
        'paddock.db-shm': 0o600,
      });
    }));

  it('is one file again when it is closed, whole for whoever copies it', async () => {
    await withStore(store => store.write(tx => put(tx, 'a')).then(() => {}));
    expect(await readdir(path.dirname(bench.file))).toEqual(['paddock.db']);
    expect(await bench.outside('select hash from join_token')).toEqual([{ hash: 'a' }]);
  });

  it('has everything that was answered when its process was killed', async () => {
    const child = spawn(process.execPath, [program('writes-forever.ts'), bench.file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const answered: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      answered.push(line);
      if (answered.length === 50) child.kill('SIGKILL');
    }
    await ended;
    await withStore(async store => expect(await keys(store.read)).toEqual(expect.arrayContaining(answered)));
  });

  it('has nothing of a migration that was killed half-way', async () => {
    const dies = promisify(execFile)(process.execPath, [program('dies-in-migration.ts'), bench.file]);
    await expect(dies).rejects.toMatchObject({ signal: 'SIGKILL' });
    await withStore(async store => {
      await store.write(tx => put(tx, 'a'));
      const tables = await store.read.introspection.getTables();
      const names = tables.map(({ name }) => name);
      expect(names).toContain('upload');
      expect(names).not.toContain('half');
    });
  });

  it('of a newer Paddock stays as it is, byte for byte', async () => {
    await withStore(store => store.write(tx => put(tx, 'a')).then(() => {}));
    await bench.outside("insert into schema_migration (number, name) values (999, 'future')");
    const before = await readFile(bench.file);
    await expect(openStore(bench.location)).rejects.toMatchObject({
      code: 'newer-schema',
      message: expect.stringContaining(
        `the database ${bench.file} was written by a newer Paddock (schema 999,`,
      ),
    });
    expect((await readFile(bench.file)).equals(before)).toBe(true);
    expect(await readdir(path.dirname(bench.file))).toEqual(['paddock.db']);
  });

  it('that is none is refused with what to do, and stays as it is', async () => {
    const letter = Buffer.from('Dear customer,\n'.repeat(1_000));
    await writeFile(bench.file, letter);
    await expect(openStore(bench.location)).rejects.toMatchObject({
      name: 'StoreError',
      code: 'damaged',
      message: expect.stringContaining('is damaged or was never written by Paddock; restore a backup'),
    });
    expect((await readFile(bench.file)).equals(letter)).toBe(true);
  });

  it('that is damaged fails the query that meets the damage, by name', async () => {
    await withStore(store => store.write(tx => put(tx, 'a', 'x'.repeat(100_000))).then(() => {}));
    const bytes = await readFile(bench.file);
    await writeFile(bench.file, bytes.fill(0xff, 8_192));
    await expect(withStore(async store => void (await keys(store.read)))).rejects.toMatchObject({
      code: 'damaged',
    });
  });

  it('where there can be none is refused with what to do', async () => {
    await writeFile(bench.file, '');
    const below = { type: 'sqlite', file: path.join(bench.file, 'paddock.db') } as const;
    const folder = { type: 'sqlite', file: path.dirname(bench.file) } as const;
    for (const location of [below, folder])
      await expect(openStore(location)).rejects.toMatchObject({
        name: 'StoreError',
        code: 'not-writable',
        message: expect.stringContaining(`the database ${location.file} cannot be written; check its owner`),
      });
  });

  it('runs one statement at a time, never silently only the first', () =>
    withStore(async store => {
      const two = sql.raw("delete from join_token; insert into upload values ('a', 'b', 1)");
      await expect(store.write(tx => two.execute(tx))).rejects.toThrow('only the first statement would run');
      expect(await keys(store.read)).toEqual([]);
      await store.write(tx => sql.raw('delete from join_token;\n').execute(tx));
    }));

  it('that another process has locked fails the change, and takes the next one', () =>
    withStore(async store => {
      const other = new DatabaseSync(bench.file);
      other.exec('begin immediate');
      await expect(store.write(tx => put(tx, 'a'))).rejects.toMatchObject({
        name: 'StoreError',
        code: 'locked',
        message: expect.stringContaining(`the database ${bench.file} is locked by another process; stop it`),
      });
      other.exec('rollback');
      other.close();
      await store.write(tx => put(tx, 'b'));
      expect(await keys(store.read)).toEqual(['b']);
    }));
});
