/**
 * Brings SQLite's write-ahead log to the disk beside the event loop. With synchronous=NORMAL a commit only writes to that
 * log, which keeps the database whole whatever happens; what is committed survives a power loss once the log has been
 * synced, and nobody hears of a commit before. Under synchronous=FULL the same wait would stop the whole coordinator.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { databaseFailure } from './errors.ts';

export type LogSync = {
  /** Resolves when everything that is committed now survives a power loss. @throws StoreError */
  sync(): Promise<void>;
  close(): Promise<void>;
};

/** SQLite makes the log with its first connection, and keeps it until the last one is closed. */
export function openLogSync(database: string, place: string): LogSync {
  let log: FileHandle | null = null;
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  async function syncNow(): Promise<void> {
    try {
      log ??= await open(`${database}-wal`, 'r+');
      await log.datasync();
    } catch (error) {
      throw databaseFailure('disk-failed', place, error);
    } finally {
      running = null;
    }
  }

  const start = (): Promise<void> => {
    next = null;
    running = syncNow();
    return running;
  };

  return {
    /** One that is under way may have begun too early for the newest commit; the one behind it serves everybody who waits. */
    sync() {
      if (!running) return start();
      next ??= running.then(start, start);
      return next;
    },
    async close() {
      await Promise.allSettled([running, next]);
      await log?.close();
    },
  };
}
