import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeRole } from '#coordinator/store/roles.ts';
import { openStore, type Store } from '#coordinator/store/store.ts';
import { becomeBrain } from '#coordinator/wiring/become-brain.ts';
import { lookAtReadiness } from '#coordinator/wiring/look-at-readiness.ts';
import { limits } from '#shared/limits.ts';
import { troublesOf } from '#shared/readiness.ts';
import { until } from '#test/support/until.ts';
import { rival, us } from '../support/brain-lab.ts';

let directory: string;
let file: string;
let store: Store;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'paddock-ready-'));
  file = path.join(directory, 'paddock.db');
  store = await openStore({ type: 'sqlite', file });
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

const quiet = { info() {}, error() {} };
const become = async () => {
  const brain = await becomeBrain({ store, self: us, now: Date.now, log: quiet });
  closers.push(brain.giveUp);
  return brain;
};

const troubles = async (
  { standing }: Awaited<ReturnType<typeof become>>,
  { bus = true, read = store.read }: { bus?: boolean; read?: Store['read'] } = {},
) => troublesOf(await lookAtReadiness({ store: { read }, bus: { isConnected: () => bus }, brain: standing }));

test('it is ready; without NATS it is not, and says so', async () => {
  const brain = await become();
  expect(await troubles(brain)).toEqual([]);
  expect(await troubles(brain, { bus: false })).toEqual(['NATS is not connected']);
});

test('while somebody else holds the lock of the database it is not, and then it is again', async () => {
  const brain = await become();
  const other = new DatabaseSync(file);
  other.exec('begin immediate');
  await until('the renewal has failed', () => !brain.standing().isWritten);
  expect(await troubles(brain)).toEqual(['the database does not answer, or cannot be written']);
  other.exec('rollback');
  other.close();
  await until('the renewal has come through', () => brain.standing().isWritten);
  expect(await troubles(brain)).toEqual([]);
}, 30_000);

test('a database that a newer version has migrated is not its own any more', async () => {
  const brain = await become();
  const newer = new DatabaseSync(file);
  newer.exec("insert into schema_migration (number, name) values (99999, 'later')");
  newer.close();
  expect(await troubles(brain)).toEqual(['the database has another schema than this version of Paddock']);
});

test('a database that cannot be read is the one trouble that is told', async () => {
  const brain = await become();
  const closed = await openStore({ type: 'sqlite', file });
  await closed.close();
  expect(await troubles(brain, { read: closed.read })).toEqual([
    'the database does not answer, or cannot be written',
  ]);
});

test('one whose role another coordinator has taken decides nothing', async () => {
  const brain = await become();
  await store.write(tx =>
    takeRole(tx, 'brain', rival, Date.now() + 2 * limits.brainLeaseMs, limits.brainLeaseMs),
  );
  await until('it has noticed', () => !brain.standing().isOurs);
  expect(await troubles(brain)).toEqual(['another coordinator decides, or nobody does']);
}, 20_000);
