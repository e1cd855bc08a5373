import { useEffect, useMemo, useState } from 'react';
import type { AttemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type LogHits, logHits } from '#shared/log-api.ts';
import { patternOf, type TextQuery } from '#shared/log-text.ts';
import { ask } from '../live/ask.ts';
import { joinHits } from './search.ts';

const typingMs = 150;
/** A log that grows is searched on this often. */
const growingMs = 1_000;

export type Search = {
  query: TextQuery;
  hits: LogHits | null;
  isSearching: boolean;
  /** Why there is no answer, as a sentence. */
  problem: string | null;
  /** Marks what was found. Null where nothing was asked, or where looking would take for ever. */
  pattern: RegExp | null;
  change(query: Partial<TextQuery>): void;
  goOn(): void;
};

const nothing: TextQuery = { text: '', isRegex: false, isCaseSensitive: false };

/** The lines of the whole log in which a text is found; the coordinator looks. */
export function useSearch(attempt: AttemptId, lines: number, beginnings: number): Search {
  const [query, setQuery] = useState(nothing);
  // A log that began anew is searched anew.
  const asked = useMemo(() => ({ query, beginnings }), [query, beginnings]);
  const [hits, setHits] = useState<LogHits | null>(null);
  const [from, setFrom] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    setHits(null);
    setProblem(null);
    setFrom(null);
    if (asked.query.text === '') return;
    const timer = setTimeout(() => setFrom(0), typingMs);
    return () => clearTimeout(timer);
  }, [asked]);

  useEffect(() => {
    if (from === null) return;
    const leave = new AbortController();
    ask(pathOf(attempt, query, from), logHits, { signal: leave.signal }).then(
      answer => {
        setHits(before => (before && from > 0 ? joinHits(before, answer, from) : answer));
        setFrom(null);
      },
      error => {
        if (leave.signal.aborted) return;
        setProblem(error instanceof Error ? error.message : String(error));
        setFrom(null);
      },
    );
    return () => leave.abort();
  }, [attempt, query, from]);

  const scanned = hits?.isComplete ? hits.scanned : null;
  const isBehind = scanned !== null && scanned < lines;
  useEffect(() => {
    if (!isBehind) return;
    const timer = setTimeout(() => setFrom(Math.max(0, scanned - 1)), growingMs);
    return () => clearTimeout(timer);
  }, [isBehind, scanned]);

  const pattern = useMemo(() => (hits && hits.matches > 0 ? patternOf(query) : null), [hits, query]);
  return {
    query,
    hits,
    problem,
    pattern,
    isSearching: query.text !== '' && !hits && !problem,
    change: part => setQuery({ ...query, ...part }),
    goOn: () => hits && setFrom(hits.scanned),
  };
}

function pathOf(attempt: AttemptId, { text, isRegex, isCaseSensitive }: TextQuery, from: number): string {
  const asked = new URLSearchParams({
    q: text,
    regex: isRegex ? '1' : '0',
    case: isCaseSensitive ? '1' : '0',
    max: String(limits.logHits),
    from: String(from),
  });
  return `/api/v1/attempts/${attempt}/search?${asked}`;
}
