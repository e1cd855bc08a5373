/** A run as a list has it: how its jobs stand in numbers, and its jobs themselves only where somebody asks for them. */
import * as z from 'zod';
import { jobSummary, page, type RunView, runView, type Standing, standing } from './api.ts';
import { instant } from './ids.ts';
import { timesOf } from './run-times.ts';

/** One square of a barcode. */
export const runSquare = jobSummary.pick({ id: true, suite: true, image: true, standing: true });
export type RunSquare = z.infer<typeof runSquare>;

export const jobCounts = z.partialRecord(standing, z.number().int());
export type JobCounts = z.infer<typeof jobCounts>;

export const runLine = runView.omit({ jobs: true, warnings: true, trust: true }).extend({
  /** How many of its jobs stand how. */
  counts: jobCounts,
  /** When its jobs had machines, as `timesOf` counts it. */
  times: z.object({ from: instant.nullable(), to: instant.nullable(), pausedMs: z.number() }),
  /** In the order of the run; null unless they were asked for (`jobs=brief`). */
  jobs: z.array(runSquare).nullable(),
});
export type RunLine = z.infer<typeof runLine>;

/** `GET /api/v1/runs` */
export const runPage = page(runLine);
export type RunPage = z.infer<typeof runPage>;

export function countsOf(standings: Iterable<Standing>): JobCounts {
  const counts: JobCounts = {};
  for (const each of standings) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
}

/** What a list would have of a run that is known in full. */
export function lineOf({ warnings: _, trust: __, jobs, ...head }: RunView): RunLine {
  return {
    ...head,
    counts: countsOf(jobs.map(job => job.standing)),
    times: timesOf(jobs),
    jobs: jobs.map(({ id, suite, image, standing: how }) => ({ id, suite, image, standing: how })),
  };
}
