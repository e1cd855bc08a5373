/** Many places of a tall list on a bar of some pixels: what falls together is drawn once. */
export function bucketsOf(indices: Iterable<number>, count: number, buckets: number): number[] {
  const filled = new Set<number>();
  for (const index of indices) {
    filled.add(Math.min(buckets - 1, Math.floor((index / Math.max(1, count)) * buckets)));
    if (filled.size === buckets) break;
  }
  return [...filled].sort((a, b) => a - b);
}
