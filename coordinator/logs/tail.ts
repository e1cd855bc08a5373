/**
 * Following a log: what is stored from an offset on, then what is appended, until the log ends. A viewer reads history
 * from the log itself and lives on the fan-out; one that is too slow for the fan-out is cut off it and either skips
 * forward or, when it wants every byte, reads history again. The consumer's pace never reaches the owner.
 */
import type { LogSeal, Mark } from '#shared/attempt.ts';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { collect } from '../blobs/file-bytes.ts';
import { damaged } from './errors.ts';
import type { Viewer } from './fan-out.ts';
import { afterNewline } from './line-index.ts';
import type { LiveLog } from './live-log.ts';
import { type LogSource, lineAt } from './log-source.ts';

/**
 * Bytes come in order and without a gap, except behind `skipped`. An `offset` or `from` lower than expected means that
 * the agent sends the log anew from there: what was shown beyond it is void. The bytes are shared between viewers: do not
 * change them. `end` comes last, and only when the log has ended.
 */
export type TailItem =
  /** `at`: when they arrived; without it they are history, of which the moments of the log tell. */
  | { offset: number; bytes: Uint8Array; at?: Instant }
  | { skipped: { from: number; to: number; lines: number } }
  | { marks: readonly Mark[] }
  | { end: LogSeal };

/** `skip`: a slow viewer goes on near the end. `every-byte`: it gets all, however late. */
export type TailMode = 'skip' | 'every-byte';

export type Following = {
  live: LiveLog;
  viewer: Viewer;
  /** Reads wherever the bytes are by now: the log may be sealed while it is followed. */
  source(): Promise<LogSource>;
  signal: AbortSignal;
  mode: TailMode;
};

/** Where a viewer is. `backlog` is how far behind it was when it last went back to the log itself. */
type Place = { offset: number; marks: number; restarts: number; backlog: number };

/** Items from offset `from` until the log has ended or `signal` aborts. */
export async function* followLive(following: Following, from: number): AsyncGenerator<TailItem> {
  const { live, viewer, signal } = following;
  const at: Place = { offset: from, marks: 0, restarts: live.restarts, backlog: Number.POSITIVE_INFINITY };
  while (!signal.aborted) {
    const news = liveNews(following, at);
    if (news) yield news;
    else if (at.offset < live.bytes) yield* readOn(following, at);
    else if (live.phase.phase === 'ended') return yield { end: live.phase.seal };
    else {
      at.backlog = 0;
      await viewer.wait();
    }
  }
}

/** What is there without reading: new marks, then published bytes that begin where the viewer is. */
function liveNews({ live, viewer }: Following, at: Place): TailItem | null {
  if (live.restarts !== at.restarts) {
    at.restarts = live.restarts;
    at.offset = 0;
    at.backlog = Number.POSITIVE_INFINITY;
    viewer.attach();
  }
  const marks = takeMarks(live, at);
  if (marks) return marks;
  for (let next = viewer.take(); next; next = viewer.take()) {
    const isNext = next.offset <= at.offset && at.offset < next.offset + next.bytes.length;
    // Others were read from the log already, or are of before a restart.
    if (isNext) return { ...advance(at, next.bytes.subarray(at.offset - next.offset)), at: next.at };
  }
  return null;
}

/** Marks come before the bytes that they stand in. */
function takeMarks(live: LiveLog, at: Place): TailItem | null {
  if (at.marks === live.marks.length) return null;
  const marks = live.marks.slice(at.marks);
  at.marks = live.marks.length;
  return { marks };
}

function advance(at: Place, bytes: Uint8Array) {
  const item = { offset: at.offset, bytes };
  at.offset += bytes.length;
  return item;
}

/** Catches up from the log itself, or skips when the viewer falls ever further behind. */
async function* readOn(following: Following, at: Place): AsyncGenerator<TailItem> {
  const { live, viewer, signal, mode } = following;
  const backlog = live.bytes - at.offset;
  const isTooSlow = backlog > limits.viewerBacklogBytes && backlog >= at.backlog;
  at.backlog = backlog;
  const source = await following.source();
  if (mode === 'skip' && isTooSlow) yield { skipped: await skip(source, at) };
  viewer.attach();
  const end = Math.min(live.bytes, source.bytes);
  const start = at.offset;
  // Those of bytes that came while the source was opened.
  const marks = takeMarks(live, at);
  if (marks) yield marks;
  for await (const bytes of source.read(start, end)) {
    yield advance(at, bytes);
    if (signal.aborted) return;
  }
  const isShort = at.offset === start && start < end && live.restarts === at.restarts;
  if (isShort) throw damaged(live.attempt, `it ends at byte ${start} of ${end}`);
}

/** Moves near the end, to the start of a line if there is one. */
async function skip(source: LogSource, at: Place): Promise<{ from: number; to: number; lines: number }> {
  const from = at.offset;
  const near = Math.max(from, source.bytes - limits.viewerResumeBytes);
  const found = afterNewline(await collect(source.read(near, source.bytes)), 1);
  const to = 'offset' in found ? near + found.offset : near;
  const lines = (await lineAt(source, to)) - (await lineAt(source, from));
  at.offset = to;
  return { from, to, lines };
}

/** The same items for a log that had ended before anybody asked. */
export async function* followEnded(source: LogSource, from: number): AsyncGenerator<TailItem> {
  if (source.marks.length > 0) yield { marks: source.marks };
  let offset = Math.min(from, source.bytes);
  for await (const bytes of source.read(offset, source.bytes)) {
    yield { offset, bytes };
    offset += bytes.length;
  }
  if (source.seal) yield { end: source.seal };
}
