/** The jobs of a run as a table of suites and images. Pure. */
import type { JobSummary } from '#shared/api.ts';

export type Matrix = {
  images: string[];
  suites: { name: string; isOnMerge: boolean }[];
  jobAt(suite: string, image: string): JobSummary | undefined;
};

/** In the order in which the run has them. */
export function matrixOf(jobs: readonly JobSummary[]): Matrix {
  const suites = new Map(jobs.map(({ suite, stage }) => [suite, stage === 'on-merge']));
  return {
    images: [...new Set(jobs.map(({ image }) => image))],
    suites: [...suites].map(([name, isOnMerge]) => ({ name, isOnMerge })),
    jobAt: (suite, image) => jobs.find(job => job.suite === suite && job.image === image),
  };
}
