/** Of samples in any order; NaN of none. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

const nsPerMs = 1_000_000;

/** The monotonic clock in ms, the same in every process of this machine. */
export const now = (): number => Number(process.hrtime.bigint()) / nsPerMs;

export const fromNs = (text: string): number => Number(text) / nsPerMs;
