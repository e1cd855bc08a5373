import { type Kysely, sql } from 'kysely';
import { StoreError } from './errors.ts';
import { up as spine } from './migrations/0001-spine.ts';
import { up as logMoments } from './migrations/0002-log-moments.ts';
import { up as hostsAndPools } from './migrations/0003-hosts-and-pools.ts';
import { up as bootEvidence } from './migrations/0004-boot-evidence.ts';
import { up as images } from './migrations/0005-images.ts';
import { up as hostTraits } from './migrations/0006-host-traits.ts';
import { up as backfill } from './migrations/0007-backfill.ts';
import { up as bootScreens } from './migrations/0008-boot-screens.ts';
import { up as caches } from './migrations/0009-caches.ts';
import { up as trust } from './migrations/0010-trust.ts';
import { up as forgeWrites } from './migrations/0011-forge-writes.ts';
import { up as branchHeads } from './migrations/0012-branch-heads.ts';
import { up as testReports } from './migrations/0013-test-reports.ts';
import { up as merging } from './migrations/0014-merging.ts';
import { up as runSearch } from './migrations/0015-run-search.ts';
import { up as testRetention } from './migrations/0016-test-retention.ts';
import { up as mergingAhead } from './migrations/0017-merging-ahead.ts';
import { up as mergeEntryIndexes } from './migrations/0018-merge-entry-indexes.ts';
import { up as people } from './migrations/0019-people.ts';
import { up as secrets } from './migrations/0020-secrets.ts';
import { up as audit } from './migrations/0021-audit.ts';
import { up as retention } from './migrations/0022-retention.ts';
import type { MigrationContext } from './migrations/context.ts';

export type Migration = {
  number: number;
  name: string;
  up: (db: Kysely<unknown>, context: MigrationContext) => Promise<void>;
};

/** In order, never edited once released; each runs in the transaction that records it. */
export const migrations: Migration[] = [
  { number: 1, name: 'spine', up: spine },
  { number: 2, name: 'log-moments', up: logMoments },
  { number: 3, name: 'hosts-and-pools', up: hostsAndPools },
  { number: 4, name: 'boot-evidence', up: bootEvidence },
  { number: 5, name: 'images', up: images },
  { number: 6, name: 'host-traits', up: hostTraits },
  { number: 7, name: 'backfill', up: backfill },
  { number: 8, name: 'boot-screens', up: bootScreens },
  { number: 9, name: 'caches', up: caches },
  { number: 10, name: 'trust', up: trust },
  { number: 11, name: 'forge-writes', up: forgeWrites },
  { number: 12, name: 'branch-heads', up: branchHeads },
  { number: 13, name: 'test-reports', up: testReports },
  { number: 14, name: 'merging', up: merging },
  { number: 15, name: 'run-search', up: runSearch },
  { number: 16, name: 'test-retention', up: testRetention },
  { number: 17, name: 'merging-ahead', up: mergingAhead },
  { number: 18, name: 'merge-entry-indexes', up: mergeEntryIndexes },
  { number: 19, name: 'people', up: people },
  { number: 20, name: 'secrets', up: secrets },
  { number: 21, name: 'audit', up: audit },
  { number: 22, name: 'retention', up: retention },
];

/** Any number will do that no other program takes for its own lock on the same server. */
const migrationLock = 7_233_471;

/**
 * Brings a database to this binary's schema, one transaction per migration. Of two coordinators that start at the same
 * time one migrates; the other waits, and finds it done.
 * @throws StoreError `newer-schema` when the database knows more than this binary.
 */
export async function migrate(
  db: Kysely<unknown>,
  database: MigrationContext['database'],
  place: string,
  known: Migration[] = migrations,
): Promise<void> {
  let isDone = false;
  while (!isDone) isDone = await db.transaction().execute(tx => migrateOnce(tx, { database }, place, known));
}

async function migrateOnce(
  tx: Kysely<unknown>,
  context: MigrationContext,
  place: string,
  known: Migration[],
): Promise<boolean> {
  if (context.database === 'postgres') await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(tx);
  const applied = await appliedNumbers(tx);
  refuseNewer(applied, known, place);
  const next = known.find(({ number }) => !applied.includes(number));
  if (!next) return true;
  await next.up(tx, context);
  await sql`insert into schema_migration (number, name) values (${next.number}, ${next.name})`.execute(tx);
  return false;
}

async function appliedNumbers(tx: Kysely<unknown>): Promise<number[]> {
  await sql`create table if not exists schema_migration (number integer primary key, name text not null)`.execute(
    tx,
  );
  const { rows } = await sql<{ number: number }>`select number from schema_migration order by number`.execute(
    tx,
  );
  return rows.map(({ number }) => number);
}

export function refuseNewer(applied: number[], known: Migration[], place: string): void {
  const newest = Math.max(0, ...known.map(({ number }) => number));
  const newer = applied.filter(number => number > newest);
  if (newer.length === 0) return;
  throw new StoreError(
    'newer-schema',
    `${place} was written by a newer Paddock (schema ${Math.max(...newer)}, this one knows ${newest}); ` +
      'nothing was changed. Start the newer version, or use another database',
  );
}
