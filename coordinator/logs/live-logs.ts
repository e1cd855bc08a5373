/**
 * The logs this owner holds, by attempt. An entry is in the map from before its row is read, so whoever ends an attempt
 * after its commit finds every entry that was opened before it, and nothing is opened after it.
 */
import type { AttemptId, CoordinatorId, Instant, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { LogFrameAnswer } from '#shared/log-frame.ts';
import type { AttemptRef } from '#shared/messages.ts';
import { damaged } from './errors.ts';
import { LiveLog, type LogStored } from './live-log.ts';
import type { LogFiles } from './log-files.ts';
import type { LogReporter, LogRows, OpenAttempt } from './log-rows.ts';

/** A log in hand. `row` is null for one whose attempt was over when it was opened, for sealing or reading. */
export type HeldLog = { live: LiveLog; row: OpenAttempt | null; checkedAt: Instant };

export type LiveLogParts = {
  files: LogFiles;
  rows: LogRows;
  owner: CoordinatorId;
  log: LogReporter;
  now: () => Instant;
  stored?: LogStored | undefined;
};

export type Refusal = Extract<LogFrameAnswer, { answer: 'fenced' | 'moved' }>;

export type LiveLogs = ReturnType<typeof createLiveLogs>;

export function createLiveLogs({ files, rows, owner, log, now, stored = () => {} }: LiveLogParts) {
  const held = new Map<AttemptId, Promise<HeldLog | null>>();

  /** One opening at a time per attempt; one that finds nothing or fails leaves no entry. */
  function hold(attempt: AttemptId, opening: () => Promise<HeldLog | null>): Promise<HeldLog | null> {
    const known = held.get(attempt);
    if (known) return known;
    const entry = opening();
    held.set(attempt, entry);
    const forget = () => {
      if (held.get(attempt) === entry) held.delete(attempt);
    };
    entry.then(found => found ?? forget(), forget);
    return entry;
  }

  async function openAttempt(attempt: AttemptId): Promise<HeldLog | null> {
    const row = await rows.openAttempt(attempt);
    if (row?.owner !== owner) return null;
    return { live: await LiveLog.open(files, attempt, now, { stored }), row, checkedAt: now() };
  }

  /** The row is read in here, under the entry: a log that is sealed by now must not be opened again. */
  async function openEnded(attempt: AttemptId): Promise<HeldLog | null> {
    const stored = await rows.storedLog(attempt);
    if (!stored || stored.sealed || stored.removed !== null) return null;
    const live = await LiveLog.open(files, attempt, now, { maxBytes: stored.seal.bytes });
    await live.end(stored.seal);
    if (live.bytes === stored.seal.bytes) return { live, row: null, checkedAt: now() };
    await live.close();
    throw damaged(attempt, `its file has ${live.bytes} of ${stored.seal.bytes} bytes`);
  }

  /** The row as it is now; cheap to ask, but not for every frame. */
  async function freshRow(entry: HeldLog, attempt: AttemptId): Promise<OpenAttempt | null> {
    const isSettling = entry.live.phase.phase === 'settling';
    if (!isSettling && now() - entry.checkedAt < limits.renewalMs) return entry.row;
    entry.row = await rows.openAttempt(attempt);
    entry.checkedAt = now();
    return entry.row;
  }

  /** The log a frame may be added to, or why its sender may not. */
  async function admit(
    sender: MachineId,
    { attempt, number }: AttemptRef,
  ): Promise<{ live: LiveLog; row: OpenAttempt } | Refusal> {
    const entry = await hold(attempt, () => openAttempt(attempt));
    const row = entry ? await freshRow(entry, attempt) : await rows.openAttempt(attempt);
    if (!row) return { answer: 'fenced' };
    if (row.machine !== sender || row.number !== number) {
      log.warn(
        { machine: sender, attempt, number },
        'a log frame came from a machine that does not run the attempt',
      );
      return { answer: 'fenced' };
    }
    return entry && row.owner === owner ? { live: entry.live, row } : { answer: 'moved', owner: row.owner };
  }

  return {
    admit,
    /** The log of an open attempt of this owner, made when it has none; null otherwise. */
    open: (attempt: AttemptId) => hold(attempt, () => openAttempt(attempt)),
    /** The log of an attempt that is over, from its file; null when it is sealed. Throws 'damaged' when bytes are missing. */
    openEnded: (attempt: AttemptId) => hold(attempt, () => openEnded(attempt)),
    /** What is in hand or being opened; null when nothing is. */
    get: async (attempt: AttemptId) => (await held.get(attempt)) ?? null,
    async drop(attempt: AttemptId) {
      const entry = await held.get(attempt);
      held.delete(attempt);
      await entry?.live.close();
    },
    async close() {
      const entries = [...held.values()];
      held.clear();
      for (const entry of await Promise.allSettled(entries))
        if (entry.status === 'fulfilled') await entry.value?.live.close();
    },
  };
}
