import type { JobSummary } from './api.ts';
import type { Instant } from './ids.ts';

type Span = { from: Instant; to: Instant };

export type RunTimes = { from: Instant | null; to: Instant | null; pausedMs: number };

/**
 * From the first lease to the last end: `from` is null while no job had a machine, `to` while one has. `pausedMs` of it no
 * job had one: a run of which one job is repeated a day later has not taken a day.
 */
export function timesOf(jobs: readonly Pick<JobSummary, 'startedAt' | 'endedAt'>[]): RunTimes {
  const spans = jobs
    .flatMap(({ startedAt, endedAt }) =>
      startedAt === null ? [] : [{ from: startedAt, to: endedAt ?? Number.POSITIVE_INFINITY }],
    )
    .sort((one, other) => one.from - other.from);
  const [first] = spans;
  if (!first) return { from: null, to: null, pausedMs: 0 };
  const last = Math.max(...spans.map(({ to }) => to));
  return { from: first.from, to: Number.isFinite(last) ? last : null, pausedMs: pausesIn(spans) };
}

/** `spans` begin one after the other. */
function pausesIn(spans: readonly Span[]): number {
  let pausedMs = 0;
  let until = spans[0]?.from ?? 0;
  for (const { from, to } of spans) {
    pausedMs += Math.max(0, from - until);
    until = Math.max(until, to);
  }
  return pausedMs;
}
