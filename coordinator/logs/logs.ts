/**
 * The log owner: takes frames, answers how far each log is stored, verifies it against its agent's digest, keeps it until
 * it is sealed, and reads any part of it, live or long over, alike.
 *
 * A log's life here: frames (memory, then a file) → `verify` or `sealPartial` → the caller commits the end → `release` →
 * sealed in the background. A caller that dies between any two of them loses nothing: what is on disk is found again at
 * the next start, what was only in memory is sent again by its agent.
 */
import type { AttemptId, CoordinatorId, Instant, MachineId } from '#shared/ids.ts';
import type { LogHits } from '#shared/log-api.ts';
import type { LogFrameAnswer } from '#shared/log-frame.ts';
import type { Moment } from '#shared/log-moments.ts';
import type { Blobs } from '../blobs/blobs.ts';
import { unknownLog } from './errors.ts';
import type { EndedLog, ExpectedLog, LogStored, VerifiedLog } from './live-log.ts';
import { createLiveLogs } from './live-logs.ts';
import { type LogFiles, openLogFiles } from './log-files.ts';
import type { LogReporter, LogRows } from './log-rows.ts';
import type { LinePlace } from './log-source.ts';
import { createReader, type LogFacts, type LogLines } from './read.ts';
import { receiveFrame } from './receive.ts';
import type { ScanRequest } from './scan-lines.ts';
import { startSealer } from './sealer.ts';
import type { TailItem, TailMode } from './tail.ts';

export type LogsOptions = {
  /** The directory of live logs, on a local disk. Made when it is missing. */
  dir: string;
  owner: CoordinatorId;
  /** Which start of this owner it is: higher than at any start before. */
  epoch: number;
  blobs: Blobs;
  rows: LogRows;
  log: LogReporter;
  now: () => Instant;
  /** Told of what is added to logs. */
  stored?: LogStored;
  /** In place of the files in `dir`. */
  files?: LogFiles;
};

export type Logs = {
  /**
   * Answers one frame. `sender` is proven by the subject; attempt and number are checked against the rows. Throws
   * `LogError('bad-frame')` for a frame that no agent sends: it deserves no answer.
   */
  onFrame(sender: MachineId, header: string, bytes: Uint8Array): Promise<LogFrameAnswer>;
  /**
   * Compares what is stored with what the agent computed. When it is the same, every byte is on disk or in `log.inline`,
   * for the caller to store with the verdict. Otherwise: where the agent has to send from. Safe to repeat.
   */
  verify(attempt: AttemptId, expected: ExpectedLog): Promise<VerifiedLog>;
  /**
   * For an attempt whose machine can say no more: takes no further bytes and says how much there is. Safe to repeat; of
   * an attempt that is over it answers the end that is stored.
   */
  sealPartial(attempt: AttemptId, reason: string): Promise<EndedLog>;
  /** After the commit of the end: tells the viewers, and seals in the background what is not in the row. */
  release(attempt: AttemptId): Promise<void>;
  /** Bytes, lines and marks as stored so far; `seal` is null while the log is live. */
  facts(attempt: AttemptId): Promise<LogFacts>;
  /** The bytes of [from, to), by default all that is stored now; a range beyond the end is cut. */
  read(attempt: AttemptId, range?: { from?: number; to?: number }): AsyncIterable<Uint8Array>;
  readLines(attempt: AttemptId, first: number, count: number): Promise<LogLines>;
  /** When its bytes arrived. */
  moments(attempt: AttemptId): Promise<readonly Moment[]>;
  /** Where offsets of the log stand, as lines and columns. */
  places(attempt: AttemptId, offsets: readonly number[]): Promise<LinePlace[]>;
  /** The lines that match, as far as they are found in `limits.logSearchMs`. Throws `LogError('too-many-searches')`. */
  search(attempt: AttemptId, request: ScanRequest, gone: AbortSignal): Promise<LogHits>;
  /**
   * Follows a log from an offset; ends after `end`, or when `signal` aborts. A consumer that stops earlier ends the
   * iteration (as `for await` does): it may hold a file open.
   */
  tail(attempt: AttemptId, from: number, signal: AbortSignal, mode?: TailMode): AsyncIterable<TailItem>;
  close(): Promise<void>;
};

export async function createLogs(options: LogsOptions): Promise<Logs> {
  const { owner, epoch, blobs, rows, log, now } = options;
  const files = options.files ?? (await openLogFiles(options.dir));
  const lives = createLiveLogs({ files, rows, owner, log, now, stored: options.stored });
  const sealer = startSealer({ files, lives, rows, blobs, owner, epoch, log });
  const reader = createReader({ lives, rows, blobs });

  async function verify(attempt: AttemptId, expected: ExpectedLog): Promise<VerifiedLog> {
    const entry = await lives.open(attempt);
    if (entry) return entry.live.verify(expected);
    const log = await storedEnd(attempt);
    const isSame = log.seal.state === 'complete' && log.seal.sha256 === expected.sha256;
    return isSame ? { ok: true, log } : { ok: false, from: 0 };
  }

  async function sealPartial(attempt: AttemptId, reason: string): Promise<EndedLog> {
    const entry = await lives.open(attempt);
    return entry ? entry.live.sealPartial(reason) : storedEnd(attempt);
  }

  /** The end of an attempt that was over before the caller knew. */
  async function storedEnd(attempt: AttemptId): Promise<EndedLog> {
    const stored = await rows.storedLog(attempt);
    if (!stored) throw unknownLog(attempt);
    const { seal, inline, marks } = stored;
    return { seal, inline, marks, moments: await rows.moments(attempt) };
  }

  async function release(attempt: AttemptId): Promise<void> {
    const entry = await lives.get(attempt);
    const seal = entry && (await rows.storedSeal(attempt));
    if (!entry || !seal) return;
    await entry.live.end(seal);
    if (entry.live.isOnDisk) sealer.add(attempt);
    else await lives.drop(attempt);
  }

  return {
    onFrame: (sender, header, bytes) => receiveFrame({ lives, epoch, log, now }, sender, header, bytes),
    verify,
    sealPartial,
    release,
    facts: reader.facts,
    read: reader.read,
    readLines: reader.readLines,
    moments: reader.moments,
    places: reader.places,
    search: reader.search,
    tail: reader.tail,
    async close() {
      await sealer.close();
      await reader.close();
      await lives.close();
    },
  };
}
