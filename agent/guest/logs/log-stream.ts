/**
 * Brings the spool to the log owner while it grows: redacted, in frames by offset, several on their way at once. What is
 * not answered for is sent again, from wherever the owner says; the digest counts every byte once. The spool stays
 * untouched: everything can be sent from it again until the verdict is stored.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Mark } from '#shared/attempt.ts';
import { limits } from '#shared/limits.ts';
import { LogStreamClosedError } from './errors.ts';
import { createFrameSource, type FrameSource } from './frame-source.ts';
import type { LogSummary } from './log-digest.ts';
import { LogSender, type SenderOptions } from './log-sender.ts';
import type { Redaction } from './redactor.ts';
import type { Spool } from './spool.ts';
import { createWaiters } from './waiters.ts';
import { createWakeup } from './wakeup.ts';

export type LogStreamOptions = SenderOptions & {
  spool: Spool;
  redaction: Redaction;
  /** How long new output may lie before it is sent. */
  flushMs?: number;
  /** Ends the stream as `close()` does. */
  signal?: AbortSignal;
};

export type LogEnd = ({ state: 'complete' } & LogSummary) | { state: 'fenced' };

export type LogStream = {
  /** Marks come with `seq` from 0 on, without a gap. One may arrive before the bytes in front of it. */
  addMark(mark: Mark): void;
  /** Looks now, not at the next flush. */
  wake(): void;
  /**
   * Nothing more will be written: sends the rest, and resolves when all bytes and marks are answered for. Rejects with
   * SpoolCutError, or with LogStreamClosedError (its cause is the reason of the signal).
   */
  finish(): Promise<LogEnd>;
  /** After `finish`: sends everything again from an offset, and all marks; resolves and rejects like `finish`. */
  resendFrom(offset: number): Promise<LogEnd>;
  /** Bytes that the owner has said it stored. */
  answeredBytes(): number;
  /** Of the redacted bytes read so far; of the whole log after `finish`. */
  digestSoFar(): LogSummary;
  /** Ends the stream and awaits what is on its way; harmless when repeated. The spool stays open: it is not ours. */
  close(): Promise<void>;
};

/** Begins to follow the spool at once; whoever creates a stream closes it. */
export function createLogStream(options: LogStreamOptions): LogStream {
  const { spool, redaction, flushMs = limits.logFlushMs, signal } = options;
  const source = createFrameSource(spool, redaction);
  const wakeup = createWakeup();
  const stop = new AbortController();
  const sender = new LogSender(options, source, stop.signal, wakeup.wake);
  let failure: { error: unknown } | null = null;
  let flushAt = 0;
  let newBytes = 0;

  const outcome = () => {
    if (sender.isFenced) return { value: { state: 'fenced' } satisfies LogEnd };
    if (failure) return failure;
    if (stop.signal.aborted)
      return { error: new LogStreamClosedError(spool.path, sender.answeredBytes, signal?.reason) };
    return sender.isComplete ? { value: { state: 'complete', ...source.summary() } satisfies LogEnd } : null;
  };
  const waiters = createWaiters<LogEnd>(outcome);

  async function follow(): Promise<void> {
    while (!stop.signal.aborted && !sender.isFenced) {
      waiters.settle();
      const waitMs = msUntilDue(sender, source, flushAt);
      if (waitMs === 0) await sendNext();
      else await wakeup.sleep(waitMs);
    }
  }

  async function sendNext(): Promise<void> {
    const isSent = sender.sendNext();
    flushAt = performance.now() + flushMs;
    // What else this process does, above all for the step that writes, comes between any two frames.
    if (isSent) await turn();
    else if (source.total() !== null) await wakeup.sleep();
  }

  function halt(): void {
    stop.abort();
    wakeup.wake();
  }

  /** A batch does not wait for the flush, so that little is left to send when the step ends. */
  spool.watch(bytes => {
    newBytes += bytes;
    if (newBytes < limits.logBatchBytes) return;
    newBytes = 0;
    wakeup.wake();
  });

  const followed = follow()
    .catch(error => {
      failure = { error };
    })
    .then(waiters.settle);
  signal?.addEventListener('abort', halt, { once: true });
  if (signal?.aborted) halt();

  return {
    addMark: source.addMark,
    wake: () => {
      flushAt = 0;
      wakeup.wake();
    },
    finish: async () => {
      source.end();
      wakeup.wake();
      return waiters.wait();
    },
    resendFrom: async offset => {
      const total = source.total();
      if (total === null) throw new Error('a log is sent again only after its end');
      sender.resendFrom(Math.min(offset, total.bytes));
      wakeup.wake();
      return waiters.wait();
    },
    answeredBytes: () => sender.answeredBytes,
    digestSoFar: source.summary,
    close: async () => {
      halt();
      signal?.removeEventListener('abort', halt);
      await followed;
      await sender.settled();
    },
  };
}

/** Milliseconds until the sender should look at the source again; undefined is when something happens. */
function msUntilDue(sender: LogSender, source: FrameSource, flushAt: number): number | undefined {
  const now = performance.now();
  const blockedMs = sender.blockedMs(now);
  if (blockedMs === null) return undefined;
  if (blockedMs > 0) return blockedMs;
  const isUrgent = source.total() !== null || source.unread() >= limits.logBatchBytes;
  return isUrgent ? 0 : Math.max(0, flushAt - now);
}
