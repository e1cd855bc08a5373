/** What a reader should know of how the log arrives, as one sentence. */

import { MisfitError } from '../live/ask.ts';
import { ProblemError } from '../live/problem-error.ts';
import { texts } from '../texts/texts.ts';
import type { Connection } from './log-socket.ts';

export function saidOf(connection: Connection, trouble: unknown, now: number): string {
  if (trouble instanceof MisfitError) return texts.log.outdated;
  if (trouble instanceof ProblemError) return texts.log.gone(trouble.problem.detail);
  if (connection.state === 'lost')
    return texts.log.lost(Math.max(1, Math.ceil((connection.retryAt - now) / 1_000)));
  if (trouble instanceof Error) return texts.log.trouble(trouble.message);
  return '';
}
