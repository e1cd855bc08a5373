/** What a search has found so far, and how answers to its parts make one. */
import type { LogHits } from '#shared/log-api.ts';

/**
 * Hits up to where `more` begins, and `more`. The line before may have been looked at when it was not complete, so that a
 * log that grows is searched on from one line before the end.
 */
export function joinHits(before: LogHits, more: LogHits, from: number): LogHits {
  const kept = before.lines.filter(line => line < from);
  const dropped = before.lines.length - kept.length;
  return {
    matches: before.matches - dropped + more.matches,
    lines: [...kept, ...more.lines],
    scanned: Math.max(from, more.scanned),
    isComplete: more.isComplete,
    cut: before.cut + more.cut,
  };
}
