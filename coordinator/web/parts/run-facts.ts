/** What the head of a run and a line of the list say of it. Pure. */
import type { JobSummary, RunView } from '#shared/api.ts';
import { texts } from '../texts/texts.ts';

export const titleOf = ({ title, commit }: Pick<RunView, 'title' | 'commit'>): string =>
  title.split('\n', 1)[0]?.trim() || texts.runs.noTitle(commit.slice(0, 7));

/** From the first lease to the last end; null for both while no job had a machine. */
export function timesOf(jobs: readonly Pick<JobSummary, 'startedAt' | 'endedAt'>[]): {
  from: number | null;
  to: number | null;
} {
  const starts = jobs.flatMap(({ startedAt }) => startedAt ?? []);
  const ends = jobs.flatMap(({ endedAt }) => endedAt ?? []);
  const isRunning = jobs.some(({ startedAt, endedAt }) => startedAt !== null && endedAt === null);
  return {
    from: starts.length > 0 ? Math.min(...starts) : null,
    to: isRunning || ends.length === 0 ? null : Math.max(...ends),
  };
}

/** Where in the suite file the mistake is. */
export const placeOf = ({ position }: Pick<RunView, 'position'>): string | null =>
  position && `${position.file}:${position.line}:${position.column}`;
