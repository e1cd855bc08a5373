/**
 * Searching a log. The bytes go piece by piece to a thread; what it has found by a deadline is the answer, so that a
 * pattern that takes for ever costs a thread for seconds, and the rest of the coordinator nothing.
 */
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AttemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { LogHits } from '#shared/log-api.ts';
import { tooManySearches } from './errors.ts';
import type { Scan, ScanRequest } from './scan-lines.ts';
import type { SearchOrder } from './search-worker.ts';

/** A part of a log from the beginning of a line on. */
export type Searched = { attempt: AttemptId; bytes: number; read(): AsyncIterable<Uint8Array> };

const nothing: Scan = { matches: 0, lines: [], scanned: 0, cut: 0 };

export function createLogSearch() {
  const idle: Worker[] = [];
  const busy = new Set<Worker>();
  const waiting: (() => void)[] = [];
  const closing = new AbortController();
  let seats = limits.logSearchesAtOnce;

  /** False when the signal aborts before it is this search's turn. */
  async function takeSeat(attempt: AttemptId, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (seats > 0) {
      seats -= 1;
      return true;
    }
    if (waiting.length >= limits.logSearchesWaiting) throw tooManySearches(attempt);
    return new Promise(resolve => {
      const proceed = () => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(proceed), 1);
        resolve(false);
      };
      waiting.push(proceed);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  function giveSeat(): void {
    const next = waiting.shift();
    if (next) next();
    else seats += 1;
  }

  /** Searches until the end, or until the signal aborts or time is up; then `isComplete` is false. */
  async function search(log: Searched, request: ScanRequest, gone: AbortSignal): Promise<LogHits> {
    const signal = AbortSignal.any([gone, closing.signal, AbortSignal.timeout(limits.logSearchMs)]);
    if (!(await takeSeat(log.attempt, signal)))
      return { ...nothing, scanned: request.first, isComplete: false };
    const worker = idle.pop() ?? startWorker();
    busy.add(worker);
    try {
      const { hits, isWorking } = await searchOn(worker, log, request, signal);
      busy.delete(worker);
      if (isWorking || closing.signal.aborted) await worker.terminate();
      else idle.push(worker);
      return hits;
    } catch (error) {
      busy.delete(worker);
      await worker.terminate();
      throw error;
    } finally {
      giveSeat();
    }
  }

  return {
    search,
    async close() {
      closing.abort();
      for (const worker of [...idle.splice(0), ...busy]) await worker.terminate();
    },
  };
}

/** The thread's code is beside this file: among the sources and in a bundle. */
const extension = path.extname(import.meta.url);

function startWorker(): Worker {
  const worker = new Worker(new URL(`./search-worker${extension}`, import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: limits.logSearchMiB },
  });
  worker.unref();
  return worker;
}

/** `isWorking`: the thread is still at its last piece, and may be for ever. */
async function searchOn(
  worker: Worker,
  { bytes, read }: Searched,
  request: ScanRequest,
  signal: AbortSignal,
): Promise<{ hits: LogHits; isWorking: boolean }> {
  const order = (message: SearchOrder) => worker.postMessage(message);
  const hits: LogHits = { ...nothing, scanned: request.first, lines: [], isComplete: bytes === 0 };
  let [sent, taken] = [0, 0];
  let answer: Promise<Scan | Error | null> | null = null;

  /** False when the thread has not answered in time. */
  async function take(): Promise<boolean> {
    if (!answer) return true;
    const [scan, end] = [await answer, sent];
    answer = null;
    if (scan instanceof Error) throw scan;
    if (!scan) return false;
    taken = end;
    hits.lines = hits.lines.concat(scan.lines);
    Object.assign(hits, { matches: scan.matches, scanned: scan.scanned, cut: scan.cut });
    return true;
  }

  order(request);
  // The next piece is read while the thread is at the one before.
  for await (const piece of read()) {
    if (!(await take())) return { hits, isWorking: true };
    if (signal.aborted) return { hits, isWorking: false };
    sent += piece.length;
    order({ bytes: piece, isLast: sent === bytes });
    answer = answerOf(worker, signal);
  }
  const isWorking = !(await take());
  hits.isComplete = taken === bytes;
  return { hits, isWorking };
}

/** Null when the signal aborts first; an error where one ended the thread, since nobody may be waiting just then. */
async function answerOf(worker: Worker, signal: AbortSignal): Promise<Scan | Error | null> {
  try {
    const [scan] = await once(worker, 'message', { signal });
    return scan;
  } catch (error) {
    return signal.aborted ? null : (error as Error);
  }
}
