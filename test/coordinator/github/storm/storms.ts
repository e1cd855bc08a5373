/** Many interleavings one after the other, and a line that says what was tried, so that each can be had again. */
import { type StormResult, storm } from './storm.ts';

export const firstSeed = (usual: number): number => Number(process.env.PADDOCK_SEED ?? usual);

/** `untilMs`: none is begun after that. */
export async function storms(
  seed: number,
  max: number,
  steps: number,
  untilMs: number,
): Promise<StormResult[]> {
  const startedAt = performance.now();
  const results: StormResult[] = [];
  while (results.length < max && performance.now() - startedAt < untilMs)
    results.push(await storm(seed + results.length, steps));
  return results;
}

export function closingLine(results: readonly StormResult[]): string {
  const counts = new Map<string, number>();
  for (const result of results)
    for (const [what, times] of Object.entries(result.counts))
      counts.set(what, (counts.get(what) ?? 0) + times);
  const seeds = results.map(({ seed }) => seed);
  const wrong = results.filter(({ mismatches }) => mismatches.length > 0);
  const list = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, times]) => `${what} ${times}`);
  return [
    `github: ${results.length} interleavings, seeds ${seeds[0]} to ${seeds.at(-1)}, ${wrong.length} with mismatches; ${list.join(', ')}`,
    ...wrong.map(({ seed, mismatches }) => `  PADDOCK_SEED=${seed}: ${mismatches.join('; ')}`),
  ].join('\n');
}
