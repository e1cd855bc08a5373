/** What a metric is. Names follow https://prometheus.io/docs/practices/naming/: base units, `_total` for what only grows. */

/** Values of a label that are no fixed list, and why there are not many of them all the same. */
export const openLabels = {
  image: 'names of the images that there are',
  driver: 'names of the drivers that images name',
  version: 'the version that runs',
} as const;

export type OpenLabel = keyof typeof openLabels;

export type Metric = {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  /** No label names a repository, a person, a host or a machine: series must not grow with what is tested. */
  labels: Readonly<Record<string, readonly string[] | { open: OpenLabel }>>;
  /** Of a histogram, in its unit. */
  buckets?: readonly number[];
};

export const ofImage = { image: { open: 'image' } } as const;

/** What CI takes: a tenth of a second, for what is there already, to two hours, for what should have ended before. */
export const ciSeconds = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200,
] as const;

/** What a disk takes to keep a commit. */
export const commitSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;
