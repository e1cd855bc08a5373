/** Fetches the lines that somebody looks at: the latest wish counts, a few answers at a time, and none twice. */
import type { LogLines } from '#shared/log-api.ts';
import type { Lines } from './line-store.ts';

/** So many lines per question: some screens. */
export const pageLines = 500;
const atOnce = 4;
const retryMs = 2_000;

export type FetchLinesOptions = {
  /** What of some lines is not here, in pieces. */
  missing(lines: Lines): Lines[];
  ask(lines: Lines, signal: AbortSignal): Promise<LogLines>;
  onLines(answer: LogLines): void;
  /** The coordinator does not answer; it is asked again. Null: it does again. */
  onTrouble(error: unknown): void;
};

export function createLineFetcher({ missing, ask, onLines, onTrouble }: FetchLinesOptions) {
  const closing = new AbortController();
  const asked = new Set<number>();
  let wish: Lines = { from: 0, to: 0 };
  let retry: ReturnType<typeof setTimeout> | undefined;

  function go(): void {
    clearTimeout(retry);
    for (const lines of missing(wish)) {
      if (asked.size >= atOnce) return;
      if (!asked.has(lines.from)) void fetchOne(lines);
    }
  }

  async function fetchOne(lines: Lines): Promise<void> {
    asked.add(lines.from);
    try {
      const answer = await ask(lines, closing.signal);
      if (closing.signal.aborted) return;
      asked.delete(lines.from);
      onTrouble(null);
      onLines(answer);
      // An answer of nothing would be asked for again at once, and again.
      if (answer.lines > 0) go();
    } catch (error) {
      asked.delete(lines.from);
      if (closing.signal.aborted) return;
      onTrouble(error);
      retry = setTimeout(go, retryMs);
    }
  }

  return {
    want(lines: Lines): void {
      wish = lines;
      go();
    },
    close(): void {
      closing.abort();
      clearTimeout(retry);
    },
  };
}
