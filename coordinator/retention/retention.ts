/**
 * How long things are kept. Level-triggered and restartable: what is old is a question to the store, every change is small and
 * true by itself, and blobs follow the rows that named them (`loose-blobs.ts`).
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type Kept, oldBefore } from '#shared/retention.ts';
import { sumBlobs } from '../store/blob-rows.ts';
import { findOldArtifact } from '../store/old-artifacts.ts';
import { findOldLog } from '../store/old-logs.ts';
import { listRepositories, type Repository } from '../store/repositories.ts';
import { type LooseBlobParts, removeLooseBlobs } from './loose-blobs.ts';
import { makeRoom } from './make-room.ts';
import { removeDeliveries, removeHistory } from './remove-history.ts';
import { type OldParts, removeLogs, removeOldArtifacts } from './remove-old.ts';

export type RetentionParts = LooseBlobParts &
  OldParts & {
    keptOf(repository: Repository, kind: 'logs' | 'artifacts'): Kept;
    days: Record<'deliveries' | 'tests' | 'history', Kept>;
    /** Null: as much as there is. */
    maxBytes: number | null;
    forgetTests(before: Instant): Promise<number>;
    report: Record<'info' | 'warn', (fields: object, message: string) => void>;
  };

export type Retention = {
  /** Removes what is old, then what nothing names. */
  removeOld(signal: AbortSignal): Promise<void>;
};

export function createRetention(parts: RetentionParts): Retention {
  async function removeOld(signal: AbortSignal): Promise<void> {
    const now = parts.now();
    const removed = { logs: 0, artifacts: 0, deliveries: 0, tests: 0, history: 0 };
    for (const repository of await listRepositories(parts.store.read)) {
      const [logs, artifacts] = (['logs', 'artifacts'] as const).map(kind =>
        oldBefore(parts.keptOf(repository, kind), now),
      );
      if (logs != null) removed.logs += await removeLogs(parts, repository, logs, signal);
      if (artifacts != null)
        removed.artifacts += await removeOldArtifacts(parts, repository, artifacts, signal);
    }
    const { deliveries, tests, history } = parts.days;
    const before = { deliveries: oldBefore(deliveries, now), history: oldBefore(history, now) };
    if (before.deliveries !== null)
      removed.deliveries = (await removeDeliveries(parts.store, before.deliveries, signal)).count;
    if (before.history !== null)
      removed.history = (await removeHistory(parts.store, before.history, signal)).count;
    const oldTests = oldBefore(tests, now);
    if (oldTests !== null) removed.tests = await parts.forgetTests(oldTests);
    const gone = await removeLooseBlobs(parts, signal);
    if (gone.count + Object.values(removed).reduce((sum, count) => sum + count, 0) > 0)
      parts.report.info(
        { removed, blobs: gone.count, bytes: gone.bytes },
        'what was kept long enough is removed',
      );
    if (parts.maxBytes !== null) await holdTo(parts, parts.maxBytes, signal);
  }

  return { removeOld };
}

async function holdTo(parts: RetentionParts, maxBytes: number, signal: AbortSignal): Promise<void> {
  const { store, now } = parts;
  const room = await makeRoom({
    maxBytes,
    takenBytes: async () => (await sumBlobs(store.read)).bytes,
    async oldest() {
      const floor = now() - limits.retentionFloorMs;
      const found: Instant[] = [];
      for (const { id } of await listRepositories(store.read)) {
        const log = await findOldLog(store.read, id, floor);
        const artifact = await findOldArtifact(store.read, id, floor);
        found.push(...[log?.endedAt, artifact?.createdAt].filter(at => at !== undefined));
      }
      return found.length === 0 ? null : Math.min(...found);
    },
    async removeBefore(moment) {
      let removed = 0;
      for (const repository of await listRepositories(store.read)) {
        removed += await removeLogs(parts, repository, moment, signal);
        removed += await removeOldArtifacts(parts, repository, moment, signal);
      }
      await removeLooseBlobs(parts, signal);
      return removed;
    },
    now,
  });
  if (room.removed > 0)
    parts.report.warn(
      { removed: room.removed, maxBytes },
      'logs and artifacts were removed before their time: `retention.max-bytes` leaves them no more room',
    );
  if (room.isFull)
    parts.report.warn(
      { maxBytes },
      'more is kept than `retention.max-bytes` allows, and nothing is left that may go: keep fewer runs, or allow more',
    );
}
