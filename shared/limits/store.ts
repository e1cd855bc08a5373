/** Bounds of the database, and of the roles that are kept in it. */
import { second } from './units.ts';

export const storeLimits = {
  /** Changes in one commit: a batch holds the writer and, on SQLite, the event loop for some ten milliseconds. */
  changesPerCommit: 64,
  /** A lock of somebody else on the database: backups and the like hold one for milliseconds. */
  databaseLockMs: 5 * second,
  /** PostgreSQL ends a transaction that stands still, before those that wait for its locks give up. */
  databaseStandstillMs: 4 * second,
  databaseConnectMs: 5 * second,
  /** Connections of one coordinator to PostgreSQL that only read. */
  databaseReaders: 4,
  /**
   * SQLite brings its log into the database after so many pages (16 MiB): pages that change all the time are written once
   * for many commits, and the commit that has to do it is a rare one.
   */
  databaseLogPages: 4_000,
  /** Prepared statements kept; our queries are a few dozen, and lists of different lengths make more of them. */
  databaseStatements: 500,
  brainLeaseMs: 15 * second,
  brainRenewMs: 5 * second,
} as const;
