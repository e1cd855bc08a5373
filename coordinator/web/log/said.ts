/** What a reader should know of how the log arrives, as one sentence. */

import { MisfitError } from '../live/ask.ts';
import { ProblemError } from '../live/problem-error.ts';
import type { Connection } from './log-socket.ts';
import { texts } from './texts.ts';

export function saidOf(connection: Connection, trouble: unknown, now: number): string {
  if (trouble instanceof MisfitError) return texts.outdated;
  if (trouble instanceof ProblemError) return texts.gone(trouble.problem.detail);
  if (connection.state === 'lost')
    return texts.lost(Math.max(1, Math.ceil((connection.retryAt - now) / 1_000)));
  if (trouble instanceof Error) return texts.trouble(trouble.message);
  return '';
}
