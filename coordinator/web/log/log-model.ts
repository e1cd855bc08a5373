/** A log as the page has it: the document, its connection and its fetches, and word of every change at most once per frame. */
import type { LogSeal } from '#shared/attempt.ts';
import type { AttemptId } from '#shared/ids.ts';
import { logLines, logView } from '#shared/log-api.ts';
import { ask } from '../live/ask.ts';
import { ProblemError } from '../live/problem-error.ts';
import { createLineFetcher, pageLines } from './fetch-lines.ts';
import type { Lines } from './line-store.ts';
import { createLogDocument } from './log-document.ts';
import { type Connection, connectLog } from './log-socket.ts';
import type { Section } from './sections.ts';

/** A live log begins with so many of its last lines; the others are fetched when they are looked at. */
const lastLines = 2_000;
const retryMs = 2_000;

/** A log at one moment. */
export type LogSnapshot = {
  lines: number;
  sections: readonly Section[];
  gaps: readonly Lines[];
  /** Null while more may come. */
  seal: LogSeal | null;
  /** How often it began anew. */
  beginnings: number;
  connection: Connection;
  /** What keeps lines from coming; null while nothing does. */
  trouble: unknown;
};

export type LogModel = ReturnType<typeof createLogModel>;

export function createLogModel(attempt: AttemptId, isOver: boolean) {
  const path = `/api/v1/attempts/${attempt}`;
  const document = createLogDocument();
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  let connection: Connection = { state: 'connecting' };
  let trouble: unknown = null;
  let snapshot = take();
  let frame: number | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let disconnect: (() => void) | null = null;
  let isAsking = false;

  function take(): LogSnapshot {
    return {
      lines: document.lines(),
      sections: document.sections(),
      gaps: document.gaps(),
      seal: document.seal(),
      beginnings: document.beginnings(),
      connection,
      trouble,
    };
  }

  function changed(): void {
    frame ??= requestAnimationFrame(() => {
      frame = null;
      snapshot = take();
      for (const listener of listeners) listener();
    });
  }

  const fetcher = createLineFetcher({
    missing: lines => document.missing(lines, pageLines),
    ask: ({ from, to }, signal) => ask(`${path}/lines?from=${from}&count=${to - from}`, logLines, { signal }),
    onLines(answer) {
      document.takeLines(answer);
      changed();
    },
    onTrouble(error) {
      trouble = error;
      changed();
    },
  });

  /** How much there is, and where in it the steps begin. */
  async function look(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    try {
      const view = await ask(`${path}/log`, logView, { signal: closing.signal });
      trouble = null;
      document.takeView(view);
      if (isOver) connection = { state: 'over' };
    } catch (error) {
      if (closing.signal.aborted) return;
      trouble = error;
      if (!isFinal(error)) retry = setTimeout(look, retryMs);
    } finally {
      isAsking = false;
    }
    changed();
  }

  function start(): void {
    void look();
    if (isOver) return;
    disconnect = connectLog({
      path: () => {
        const offset = document.offset();
        return `${path}/log?${offset === null ? `last=${lastLines}` : `from=${offset}`}`;
      },
      onOpen() {
        void look();
      },
      onFrame(received) {
        document.takeFrame(received);
        if (document.hasUnplacedMarks() || received.type === 'end') void look();
        changed();
      },
      onChange(next) {
        connection = next;
        changed();
      },
    });
  }

  return {
    document,
    /** Another object after every change. */
    snapshot: () => snapshot,
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    start,
    want: (lines: Lines) => fetcher.want(lines),
    openGap(gap: Lines): void {
      document.openGap(gap);
      changed();
    },
    close(): void {
      closing.abort();
      clearTimeout(retry);
      disconnect?.();
      fetcher.close();
      if (frame !== null) cancelAnimationFrame(frame);
    },
  };
}

/** The coordinator's answer is a no that stays one. */
const isFinal = (error: unknown): boolean =>
  error instanceof ProblemError && error.problem.status < 500 && error.problem.status !== 429;
