import { useQuery } from '@tanstack/react-query';
import type { AttemptView } from '#shared/api.ts';
import { logView } from '#shared/log-api.ts';
import { dateText } from '#shared/retention.ts';
import { ask } from '../live/ask.ts';
import { ProblemError } from '../live/problem-error.ts';
import { texts } from '../texts/texts.ts';

/** In place of a log that was kept as long as logs are: since when it is gone, by which rule, and what can be done. */
export function LogRemoved({ attempt, removedAt }: { attempt: AttemptView; removedAt: number }) {
  // The rule is the coordinator's to say, and it says it in place of the log.
  const { error } = useQuery({
    queryKey: ['removed-log', attempt.id],
    queryFn: ({ signal }) => ask(`/api/v1/attempts/${attempt.id}/log`, logView, { signal }),
  });
  const refused = error instanceof ProblemError ? error.problem : null;
  return (
    <section className="waiting" aria-label={texts.log.name} role="status">
      <p className="waiting-why">{refused?.detail ?? texts.log.removed(dateText(removedAt))}</p>
      <p className="dim">{texts.log.removedHint}</p>
    </section>
  );
}
