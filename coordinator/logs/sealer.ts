/**
 * Turns logs whose end is committed into their sealed form, in the background, one at a time. Level-triggered: the work
 * is whatever lies in the directory of live logs while its row says that the attempt is over. Every step may be repeated:
 * the blob has its content as its name, the row names the blob, and the live file goes last.
 */
import type { AttemptId, CoordinatorId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Blobs } from '../blobs/blobs.ts';
import { startLoop } from '../ground/loop.ts';
import { LogError } from './errors.ts';
import type { LiveLogs } from './live-logs.ts';
import type { LogFiles } from './log-files.ts';
import type { LogReporter, LogRows, StoredLog } from './log-rows.ts';
import { sealedForm } from './seal.ts';

export type SealerParts = {
  files: LogFiles;
  lives: LiveLogs;
  rows: LogRows;
  blobs: Blobs;
  owner: CoordinatorId;
  epoch: number;
  log: LogReporter;
};

export type Sealer = { add(attempt: AttemptId): void; close(): Promise<void> };

/** Looks at everything on disk at the start and from time to time: an end need not have been announced. */
export function startSealer(parts: SealerParts): Sealer {
  const due = new Set<AttemptId>();
  let scannedAt = Number.NEGATIVE_INFINITY;
  const loop = startLoop({
    async tick(signal) {
      if (performance.now() - scannedAt >= limits.sealScanMs) {
        for (const attempt of await parts.files.list()) due.add(attempt);
        scannedAt = performance.now();
      }
      await sealAll(parts, due, signal);
      return limits.sealScanMs;
    },
    onError: error => parts.log.warn({ err: error }, 'sealing logs failed; it is tried again'),
  });
  loop.wake();
  return {
    add(attempt) {
      due.add(attempt);
      loop.wake();
    },
    close: () => loop.close(),
  };
}

/** One round over everything due. What failed is due again, does not hold up the others, and fails the round. */
async function sealAll(parts: SealerParts, due: Set<AttemptId>, signal: AbortSignal): Promise<void> {
  const failures: { attempt: AttemptId; error: unknown }[] = [];
  for (const attempt of due) {
    signal.throwIfAborted();
    // Before looking: what ends while it is looked at is due once more.
    due.delete(attempt);
    try {
      await seal(parts, attempt, signal);
    } catch (error) {
      // A failure of ours cannot be mended by trying again; the next scan looks again anyway.
      if (error instanceof LogError) parts.log.error({ attempt, code: error.code }, error.message);
      else failures.push({ attempt, error });
    }
  }
  for (const { attempt } of failures) due.add(attempt);
  if (failures[0]) throw failures[0].error;
}

async function seal(parts: SealerParts, attempt: AttemptId, signal: AbortSignal): Promise<void> {
  const stored = await parts.rows.storedLog(attempt);
  if (!stored) return reportStranger(parts, attempt);
  const isElsewhere =
    stored.inline !== null || stored.sealed !== null || stored.removed !== null || stored.seal.bytes === 0;
  if (!isElsewhere) await storeSealed(parts, attempt, stored, signal);
  await parts.lives.drop(attempt);
  await parts.files.remove(attempt);
}

async function storeSealed(
  { lives, blobs, rows, owner, epoch }: SealerParts,
  attempt: AttemptId,
  stored: StoredLog,
  signal: AbortSignal,
): Promise<void> {
  const entry = await lives.openEnded(attempt);
  if (!entry) return;
  await entry.live.end(stored.seal);
  using held = new DisposableStack();
  const blob = await blobs.put(sealedForm(attempt, entry.live.source(), stored.seal), {
    signal,
    // Nobody takes it away between its coming and the row that names it.
    async announce(coming) {
      held.use(await blobs.hold(coming.sha256));
      await rows.expectBlob(coming);
    },
  });
  const isRecorded = await rows.recordSealed(attempt, { owner, epoch, blob });
  if (!isRecorded)
    throw new LogError(
      'not-owner',
      attempt,
      `The log of ${attempt} belongs to another coordinator now, so its sealed form was not recorded; the live file is kept here.`,
    );
}

/** A file of an open attempt is what it should be; one of no attempt is kept: it may be of another database. */
async function reportStranger({ rows, log }: SealerParts, attempt: AttemptId): Promise<void> {
  if (await rows.openAttempt(attempt)) return;
  log.warn({ attempt }, 'a live log belongs to no attempt in the store; the file is kept and not touched');
}
