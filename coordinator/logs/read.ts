/** Reading and following logs, wherever their bytes are at that moment: in hand, in the row or sealed. */
import type { AttemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { LogHits } from '#shared/log-api.ts';
import type { Moment } from '#shared/log-moments.ts';
import type { Blobs } from '../blobs/blobs.ts';
import { systemCode } from '../blobs/errors.ts';
import { LogError, logRemoved, unknownLog } from './errors.ts';
import type { LiveLog } from './live-log.ts';
import type { LiveLogs } from './live-logs.ts';
import type { LogRows, StoredLog } from './log-rows.ts';
import { type LinePlace, type LogSource, locateLines, placesOf } from './log-source.ts';
import type { ScanRequest } from './scan-lines.ts';
import { createLogSearch } from './search.ts';
import { createSealedSources, inlineSource } from './stored-source.ts';
import { followEnded, followLive, type TailItem, type TailMode } from './tail.ts';

export type LogFacts = Pick<LogSource, 'bytes' | 'lines' | 'marks' | 'seal'>;

/** Whole lines of a log, `lines` of them from line `first` (from 0): the bytes [from, to). */
export type LogLines = {
  first: number;
  lines: number;
  from: number;
  to: number;
  content: AsyncIterable<Uint8Array>;
};

export type ReaderParts = { lives: LiveLogs; rows: LogRows; blobs: Blobs };

/** Where a log is: in this owner's hands, or stored for good. */
type Found = { live: LiveLog } | { stored: LogSource };

export function createReader({ lives, rows, blobs }: ReaderParts) {
  const sealedSource = createSealedSources(blobs);
  const closing = new AbortController();
  const searches = createLogSearch();

  async function find(attempt: AttemptId): Promise<Found> {
    const held = await lives.get(attempt);
    if (held) return { live: held.live };
    const stored = await rows.storedLog(attempt);
    if (stored) return findEnded(attempt, stored);
    const opened = await lives.open(attempt);
    if (opened) return { live: opened.live };
    // It may have ended since the first look.
    const late = await rows.storedLog(attempt);
    if (late) return findEnded(attempt, late);
    throw unknownLog(attempt);
  }

  async function findEnded(attempt: AttemptId, stored: StoredLog): Promise<Found> {
    if (stored.removed && stored.seal.bytes > 0) throw logRemoved(attempt, stored.removed.text);
    if (stored.inline) return { stored: inlineSource(stored, stored.inline) };
    if (stored.sealed) return { stored: await sealedSource(attempt, stored, stored.sealed) };
    if (stored.seal.bytes === 0) return { stored: inlineSource(stored, new Uint8Array()) };
    const held = await lives.openEnded(attempt);
    // Null: it was sealed since the row was read.
    return held ? { live: held.live } : find(attempt);
  }

  async function sourceOf(attempt: AttemptId): Promise<LogSource> {
    const found = await find(attempt);
    return 'live' in found ? found.live.source() : found.stored;
  }

  async function* read(
    attempt: AttemptId,
    { from = 0, to = Number.POSITIVE_INFINITY }: { from?: number; to?: number } = {},
  ): AsyncGenerator<Uint8Array> {
    const source = await sourceOf(attempt);
    const range = [Math.max(0, from), Math.min(to, source.bytes)] as const;
    try {
      yield* source.read(...range);
    } catch (error) {
      // The live file went, before it was opened, because the log is sealed now. An open file stays readable.
      if (systemCode(error) !== 'ENOENT') throw error;
      yield* (await sourceOf(attempt)).read(...range);
    }
  }

  async function readLines(attempt: AttemptId, first: number, count: number): Promise<LogLines> {
    const range = await locateLines(readable(attempt, await sourceOf(attempt)), first, count);
    return { ...range, content: read(attempt, range) };
  }

  /** A source whose bytes stay readable when the log moves. */
  const readable = (attempt: AttemptId, source: LogSource): LogSource => ({
    ...source,
    read: (from, to) => read(attempt, { from, to }),
  });

  async function places(attempt: AttemptId, offsets: readonly number[]): Promise<LinePlace[]> {
    return placesOf(readable(attempt, await sourceOf(attempt)), offsets);
  }

  async function search(attempt: AttemptId, request: ScanRequest, gone: AbortSignal): Promise<LogHits> {
    const source = readable(attempt, await sourceOf(attempt));
    const { from, first } = await locateLines(source, request.first, 0);
    const searched = { attempt, bytes: source.bytes - from, read: () => source.read(from, source.bytes) };
    return searches.search(searched, { ...request, first }, gone);
  }

  async function* tail(
    attempt: AttemptId,
    from: number,
    signal: AbortSignal,
    mode: TailMode = 'skip',
  ): AsyncGenerator<TailItem> {
    const found = await find(attempt);
    if ('stored' in found) return yield* followEnded(found.stored, from);
    const { live } = found;
    if (live.fanOut.viewers() >= limits.viewersPerLog) throw tooManyViewers(attempt);
    const viewer = live.fanOut.join();
    const either = AbortSignal.any([signal, closing.signal]);
    either.addEventListener('abort', viewer.wake);
    try {
      const source = async () => readable(attempt, await sourceOf(attempt));
      yield* followLive({ live, viewer, source, signal: either, mode }, from);
    } finally {
      either.removeEventListener('abort', viewer.wake);
      viewer.leave();
    }
  }

  return {
    async facts(attempt: AttemptId): Promise<LogFacts> {
      const { bytes, lines, marks, seal } = await sourceOf(attempt);
      return { bytes, lines, marks, seal };
    },
    async moments(attempt: AttemptId): Promise<readonly Moment[]> {
      const held = await lives.get(attempt);
      return held && held.live.phase.phase !== 'ended' ? held.live.moments : rows.moments(attempt);
    },
    read,
    readLines,
    places,
    search,
    tail,
    /** Ends all tails and searches. */
    async close() {
      closing.abort();
      await searches.close();
    },
  };
}

const tooManyViewers = (attempt: AttemptId): LogError =>
  new LogError(
    'too-many-viewers',
    attempt,
    `The log of ${attempt} has ${limits.viewersPerLog} viewers already; read it without following.`,
  );
