/** A slice of the long run that ends within a minute: the same lives every time, so that a change that breaks one is seen. */
import { expect, test } from 'vitest';
import { liveThrough, seedsFrom } from './live.ts';

test('ten lives with faults end as they must', async () => {
  const printed: string[] = [];
  const print = (line: string) => void printed.push(line);
  const tally = await liveThrough({ seeds: seedsFrom(100, 10), fleets: 2, isShort: true, print });
  expect(tally.violated(), printed.join('\n')).toEqual([]);
  expect(tally.runs()).toBe(10);
}, 240_000);
