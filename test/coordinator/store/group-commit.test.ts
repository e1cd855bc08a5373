import { rename } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '#coordinator/store/connect.ts';
import { type GroupCommit, startGroupCommit } from '#coordinator/store/group-commit.ts';
import { type LogSync, openLogSync } from '#coordinator/store/log-sync.ts';
import { openStore, type Tx } from '#coordinator/store/store.ts';
import { keys, put } from '#test/contract/store/notes.ts';
import { openSqliteBench } from '#test/contract/store/sqlite-bench.ts';
import { until } from '#test/support/until.ts';

let bench: Awaited<ReturnType<typeof openSqliteBench>>;
let writer: Tx;
beforeEach(async () => {
  bench = await openSqliteBench();
  await (await openStore(bench.location)).close();
  writer = connect(bench.location, 'writer');
});
afterEach(async () => {
  await writer.destroy();
  await bench.remove();
});

/** A disk that is as slow as the test wants it. */
function slowDisk() {
  const syncs: Array<PromiseWithResolvers<void>> = [];
  const sync = () => {
    const next = Promise.withResolvers<void>();
    syncs.push(next);
    return next.promise;
  };
  return { syncs, sync };
}

describe('a change', () => {
  it('is answered when the disk has it; the next one is at work meanwhile', async () => {
    const { syncs, sync } = slowDisk();
    const commits = startGroupCommit(writer, sync);
    const answered: string[] = [];
    const write = (key: string) => commits.write(tx => put(tx, key)).then(() => answered.push(key));
    const first = write('a');
    await until('the first waits for the disk', () => syncs.length === 1);
    const second = write('b');
    await until('the second waits for the disk', () => syncs.length === 2);
    expect([answered, await keys(writer)]).toEqual([[], ['a', 'b']]);
    for (const { resolve } of syncs) resolve();
    await Promise.all([first, second, commits.close()]);
    expect(answered).toEqual(['a', 'b']);
  });

  it('fails when the disk does; those before and after it do not', async () => {
    const { syncs, sync } = slowDisk();
    const commits: GroupCommit = startGroupCommit(writer, sync);
    const failing = commits.write(tx => put(tx, 'a'));
    await until('it waits for the disk', () => syncs.length === 1);
    syncs[0]?.reject(new Error('the disk is gone'));
    await expect(failing).rejects.toThrow('the disk is gone');
    const next = commits.write(tx => put(tx, 'b'));
    await until('the next waits for the disk', () => syncs.length === 2);
    syncs[1]?.resolve();
    await Promise.all([next, commits.close()]);
  });
});

describe('the log of SQLite', () => {
  const withLog = async (test: (log: LogSync) => Promise<void>) => {
    const log = openLogSync(bench.file, 'the database of the test');
    try {
      await test(log);
    } finally {
      await log.close();
    }
  };

  it('is synced once for everybody who comes while another sync is under way', () =>
    withLog(async log => {
      await put(writer, 'a');
      const first = log.sync();
      const [second, third] = [log.sync(), log.sync()];
      expect(second).not.toBe(first);
      expect(third).toBe(second);
      await Promise.all([first, second]);
      await log.sync();
    }));

  it('that cannot be synced says which database it is of', () =>
    withLog(async log => {
      await put(writer, 'a');
      await rename(`${bench.file}-wal`, `${bench.file}-elsewhere`);
      await expect(log.sync()).rejects.toMatchObject({
        code: 'disk-failed',
        message: expect.stringContaining('the database of the test'),
      });
      await rename(`${bench.file}-elsewhere`, `${bench.file}-wal`);
      await log.sync();
    }));
});
