/**
 * Ids of traces and spans, derived from the ids of rows: whoever makes them anew, after a restart or in a machine, makes the
 * same. A run's TypeID is a UUID, which is as long as the id of a trace.
 * @see https://www.w3.org/TR/trace-context/
 */
import { createHash } from 'node:crypto';
import type { AttemptId, RunId } from '#shared/ids.ts';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

export function traceIdOf(run: RunId): string {
  let value = 0n;
  for (const letter of run.slice(run.indexOf('_') + 1))
    value = value * 32n + BigInt(alphabet.indexOf(letter));
  return value.toString(16).padStart(32, '0');
}

export const spanIdOf = (...names: readonly (string | number)[]): string =>
  createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 16);

/** What steps of an attempt find as `TRACEPARENT`, so that spans of theirs become part of the trace. */
export const traceParentOf = (run: RunId, attempt: AttemptId): string =>
  `00-${traceIdOf(run)}-${spanIdOf(attempt)}-01`;
