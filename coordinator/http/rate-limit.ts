/** Counts requests per address in windows of a minute; what an earlier window counted is forgotten with it. */

const windowMs = 60_000;

/** @returns a function that counts one request and answers 0, or in how many seconds the address may come again. */
export function createRateLimit(perMinute: number, now: () => number): (address: string) => number {
  let counts = new Map<string, number>();
  let endsAt = 0;
  return address => {
    const at = now();
    if (at >= endsAt) {
      counts = new Map();
      endsAt = at + windowMs;
    }
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    return count > perMinute ? Math.ceil((endsAt - at) / 1_000) : 0;
  };
}
