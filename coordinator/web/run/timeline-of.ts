/** Where the time of each job went, as spans on one scale. Pure. */
import type { JobSummary } from '#shared/api.ts';
import type { PhaseSpan, StepSpan, TimelineAttempt, TimelinePhase } from '#shared/run-timeline.ts';

/** What is drawn; of the steps each by itself, where they are known. */
export type Piece = PhaseSpan & { step: StepSpan | null };
export type Row = {
  job: JobSummary;
  attempts: readonly TimelineAttempt[];
  spans: PhaseSpan[];
  pieces: Piece[];
};

/** Jobs that had an attempt, in the run's order; a later attempt goes on in the same row. */
export function timelineOf(
  jobs: readonly JobSummary[],
  attempts: readonly TimelineAttempt[],
): { from: number; rows: Row[] } | null {
  const rows = jobs.flatMap(job => {
    const own = attempts.filter(attempt => attempt.job === job.id);
    const cleared = own.map((attempt, index) => ({
      attempt,
      spans: afterEarlier(attempt.phases, own[index - 1]),
    }));
    const spans = cleared.flatMap(each => each.spans);
    const pieces = cleared.flatMap(each => each.spans.flatMap(span => piecesOf(span, each.attempt.steps)));
    return spans.length > 0 ? [{ job, attempts: own, spans, pieces }] : [];
  });
  const starts = rows.flatMap(({ spans }) => spans.map(({ from }) => from));
  return starts.length > 0 ? { from: Math.min(...starts), rows } : null;
}

/** What waited again waited since the attempt before was over, not since the beginning. */
function afterEarlier(spans: readonly PhaseSpan[], earlier: TimelineAttempt | undefined): PhaseSpan[] {
  const since = earlier?.times.endedAt ?? 0;
  return spans.flatMap(({ phase, from, to }) =>
    to !== null && to <= since ? [] : [{ phase, from: Math.max(from, since), to }],
  );
}

const piecesOf = (span: PhaseSpan, steps: readonly StepSpan[]): Piece[] =>
  span.phase === 'steps' && steps.length > 0
    ? steps.map(step => ({ phase: 'steps', from: step.from, to: step.to, step }))
    : [{ ...span, step: null }];

/** The job that everybody waited for, and what most of its time went into; null while one runs, and of a single moment. */
export function longestOf(
  rows: readonly Row[],
): { job: JobSummary; totalMs: number; phase: TimelinePhase; phaseMs: number } | null {
  const ends = rows.map(row => ({ row, end: row.spans.at(-1)?.to ?? null }));
  if (ends.some(({ end }) => end === null)) return null;
  const [last] = ends.toSorted((a, b) => (b.end ?? 0) - (a.end ?? 0));
  if (!last) return null;
  const times = durationsOf(last.row.spans, 0);
  const [most] = [...times].sort(([, a], [, b]) => b - a);
  const totalMs = [...times.values()].reduce((sum, ms) => sum + ms, 0);
  return most && totalMs > 0 ? { job: last.row.job, totalMs, phase: most[0], phaseMs: most[1] } : null;
}

/** How long each phase took, of all attempts together. */
export function durationsOf(spans: readonly PhaseSpan[], now: number): Map<TimelinePhase, number> {
  const times = new Map<TimelinePhase, number>();
  for (const { phase, from, to } of spans)
    times.set(phase, (times.get(phase) ?? 0) + Math.max(0, (to ?? now) - from));
  return times;
}
