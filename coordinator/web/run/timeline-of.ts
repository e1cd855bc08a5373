/** Where the time of each job went, as spans on one scale. Pure. */
import type { AttemptSpan, JobSummary } from '#shared/api.ts';
import { phasesOf, type Span } from '../parts/phases.ts';

export type Row = { job: JobSummary; spans: Span[] };

/** Jobs that had an attempt, in the run's order; a later attempt goes on in the same row. */
export function timelineOf(
  jobs: readonly JobSummary[],
  attempts: readonly AttemptSpan[],
): { from: number; rows: Row[] } | null {
  const rows = jobs.flatMap(job => {
    const own = attempts.filter(attempt => attempt.job === job.id);
    const spans = own.flatMap(({ times }, index) => afterEarlier(phasesOf(times), own[index - 1]));
    return spans.length > 0 ? [{ job, spans }] : [];
  });
  const starts = rows.flatMap(({ spans }) => spans.map(({ from }) => from));
  return starts.length > 0 ? { from: Math.min(...starts), rows } : null;
}

/** What waited again waited since the attempt before was over, not since the beginning. */
function afterEarlier(spans: Span[], earlier: AttemptSpan | undefined): Span[] {
  const since = earlier?.times.endedAt ?? 0;
  return spans.flatMap(({ phase, from, to }) =>
    to !== null && to <= since ? [] : [{ phase, from: Math.max(from, since), to }],
  );
}
